// Output that waits for the disk: no acknowledgement leaves before what it promises is kept. In: what a turn of the event loop sends and
// what it changes. Out: one commit for many turns, and the output behind it, in order.

import type { Transport, TransportListener } from '../transport/transport.ts';
import type { Store } from './store.ts';

/** What is done to a transport for the disk's sake. */
export type Slowable = Pick<Transport, 'pause' | 'resume' | 'reset'>;

/** Bytes on their way to the disk beyond which nobody is read from who causes more. */
const mostPendingBytes = 67_108_864;

export class HeldOutput {
  readonly #store: Store;
  readonly #failed: (error: Error) => void;
  /** What this turn sends: each is let go when its changes are on the disk. */
  #turn: (() => void)[] = [];
  /** Turns whose changes are on their way to the disk. */
  #waiting = 0;
  #hasFailed = false;
  readonly #open = new Set<Slowable>();
  readonly #slowed = new Set<Slowable>();

  /** `failed` is called once, when the disk fails: all transports are broken off, and nothing more is let go. */
  constructor(store: Store, failed: (error: Error) => void) {
    this.#store = store;
    this.#failed = failed;
  }

  /** Stands for a transport; what is held counts as buffered. `emptied`: nothing is held any more, and nothing waits in the transport. */
  of(transport: Transport, emptied: () => void = () => {}): Transport {
    return new HeldTransport(transport, { hold: (letGo) => this.#turn.push(letGo), emptied });
  }

  /**
   * Stands for who listens to a transport: who causes changes faster than the disk takes them waits until it has taken them. Each
   * `pause` is ended by one `resume`: others may have paused it, too.
   */
  watched(listener: TransportListener, transport: Slowable): TransportListener {
    this.#open.add(transport);
    return {
      get mostBytes() {
        return listener.mostBytes;
      },
      bytes: (chunk, loan) => {
        listener.bytes(chunk, loan);
        if (this.#store.pendingBytes < mostPendingBytes || this.#slowed.has(transport)) return;
        this.#slowed.add(transport);
        transport.pause();
      },
      drained: () => listener.drained?.(),
      violated: (what) => listener.violated?.(what),
      ended: (how) => {
        this.#open.delete(transport);
        this.#slowed.delete(transport);
        listener.ended(how);
      },
    };
  }

  /** The turn is over: its output leaves when everything that was changed up to now is on the disk. */
  turnEnded(): void {
    const turn = this.#turn;
    this.#turn = [];
    if (this.#waiting === 0 && this.#store.isSettled) {
      for (const letGo of turn) letGo();
      return;
    }
    this.#waiting++;
    this.#store.commit().then(
      () => this.#committed(turn),
      (error: Error) => this.#fail(error),
    );
  }

  #committed(turn: readonly (() => void)[]): void {
    this.#waiting--;
    for (const letGo of turn) letGo();
    const slowed = [...this.#slowed];
    this.#slowed.clear();
    for (const transport of slowed) transport.resume();
  }

  #fail(error: Error): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    for (const transport of this.#open) transport.reset();
    this.#failed(error);
  }
}

interface Holding {
  readonly hold: (letGo: () => void) => void;
  readonly emptied: () => void;
}

class HeldTransport implements Transport {
  readonly #transport: Transport;
  readonly #hold: (letGo: () => void) => void;
  readonly #emptied: () => void;
  #heldBytes = 0;

  constructor(transport: Transport, { hold, emptied }: Holding) {
    this.#transport = transport;
    this.#hold = hold;
    this.#emptied = emptied;
  }

  get remoteAddress(): string {
    return this.#transport.remoteAddress;
  }

  get certificateName(): string | undefined {
    return this.#transport.certificateName;
  }

  get bufferedBytes(): number {
    return this.#heldBytes + this.#transport.bufferedBytes;
  }

  write(bytes: Uint8Array, taken?: () => void): void {
    this.#heldBytes += bytes.length;
    this.#hold(() => {
      this.#heldBytes -= bytes.length;
      this.#transport.write(bytes, taken);
      if (this.bufferedBytes === 0) this.#emptied();
    });
  }

  close(): void {
    this.#hold(() => this.#transport.close());
  }

  reset(): void {
    this.#transport.reset();
  }

  pause(): void {
    this.#transport.pause();
  }

  resume(): void {
    this.#transport.resume();
  }
}
