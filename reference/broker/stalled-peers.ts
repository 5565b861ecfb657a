// Peers that take nothing though something waits for them: who never reads would be kept for ever, with all that waits. In: transports, at
// times. Out: whose time is over.
import type { Transport } from '../transport/transport.ts';

/** So many looks in vain, after a first one, make up the time that a peer has. They are counted: a broker that was stopped itself blames nobody. */
const mostInVain = 4;

interface Waiting {
  readonly takenBytes: number;
  readonly inVain: number;
}

export class StalledPeers<Peer> {
  /** When to look again. */
  readonly everyMs: number;
  #waiting = new Map<Peer, Waiting>();

  constructor(timeoutMs: number) {
    this.everyMs = timeoutMs / mostInVain;
  }

  /** Those that have taken nothing for too long, of all that there are. */
  look(peers: Iterable<readonly [Peer, Pick<Transport, 'bufferedBytes' | 'takenBytes'>]>): readonly Peer[] {
    const before = this.#waiting;
    const stalled: Peer[] = [];
    this.#waiting = new Map();
    for (const [peer, { bufferedBytes, takenBytes }] of peers) {
      if (bufferedBytes === 0 || takenBytes === undefined) continue;
      const known = before.get(peer);
      const inVain = known?.takenBytes === takenBytes ? known.inVain + 1 : 0;
      if (inVain >= mostInVain) stalled.push(peer);
      else this.#waiting.set(peer, { takenBytes, inVain });
    }
    return stalled;
  }
}
