// A well-behaved client that has nothing to do with the attack: it sends itself one message after another. In: a port. Out: how it was served.
import { randomUUID } from 'node:crypto';
import { connectPeer, type Peer, publishBytes, subscribeBytes } from './peer.ts';

/** Rest between two rounds: the canary watches, it is no load. */
const pauseMs = 20;

/** Connects, and keeps publishing to itself at QoS 1 until it is asked how it went. */
export async function startCanary(port: number): Promise<Canary> {
  const name = `canary-${randomUUID()}`;
  const peer = await connectPeer(port, name);
  const granted = peer.next('suback');
  peer.send(subscribeBytes(1, [name], 1));
  await granted;
  return new Canary(peer, { name, port });
}

export class Canary implements AsyncDisposable {
  readonly #peer: Peer;
  readonly #port: number;
  readonly #name: string;
  readonly #song: Promise<void>;
  #goesOn = true;
  #rounds = 0;
  #slowestMs = 0;
  #died: unknown;

  constructor(peer: Peer, { name, port }: { name: string; port: number }) {
    this.#port = port;
    this.#peer = peer;
    this.#name = name;
    this.#song = this.#sing();
  }

  /** Ends it. Rejects if it was not served once: an answer did not come in time, or its connection was ended. */
  async sungUntilNow(): Promise<{ readonly rounds: number; readonly slowestMs: number }> {
    this.#goesOn = false;
    await this.#song;
    this.#peer[Symbol.dispose]();
    if (this.#died !== undefined)
      throw new Error(`the canary was not served in round ${this.#rounds}`, { cause: this.#died });
    return { rounds: this.#rounds, slowestMs: Math.round(this.#slowestMs) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#goesOn = false;
    await this.#song;
    this.#peer[Symbol.dispose]();
  }

  async #sing(): Promise<void> {
    try {
      while (this.#goesOn) {
        const began = performance.now();
        await this.#round();
        this.#slowestMs = Math.max(this.#slowestMs, performance.now() - began);
        this.#rounds++;
        await new Promise((rested) => setTimeout(rested, pauseMs));
      }
    } catch (error) {
      const others = await connectPeer(this.#port, `${this.#name}-again`).then(
        (peer) => {
          peer[Symbol.dispose]();
          return 'another client is served';
        },
        () => 'nobody is served',
      );
      const at = new Date().toISOString();
      this.#died = new Error(`${at}: ${others}; its own connection had ${this.#peer.packets} packets`, {
        cause: error,
      });
    }
  }

  async #round(): Promise<void> {
    const packetId = (this.#rounds % 65_535) + 1;
    const answers = Promise.all([this.#peer.next('puback'), this.#peer.next('publish')]);
    this.#peer.send(publishBytes(this.#name, Uint8Array.of(1), { qos: 1, packetId }));
    const [, song] = await answers;
    if (song.packetId !== undefined) this.#peer.send(Uint8Array.of(0x40, 2, song.packetId >> 8, song.packetId & 255));
  }
}
