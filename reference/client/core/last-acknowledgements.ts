// The last acknowledgements of a turn stay behind the PUBLISH packets that leave with it, and go once the server has answered. A server
// with Nagle's algorithm (mosquitto, unless told otherwise) sends a small segment only when the one before is acknowledged by TCP, which
// our kernel does with the next thing that we send, or after 40 ms: what is kept here is the next thing. In: acknowledgements, reads, the
// ends of turns. Out: the same acknowledgements, in the same order (MQTT-4.6.0-2, MQTT-4.6.0-3).
import type { Output } from '../../codec/output.ts';
import type { PacketId } from '../../message.ts';

/** No longer than this: a server that is slow to answer, or far, sends on in spite of it. */
const keptForMs = 10;

/** Two: of what comes back, the first segment holds one PUBACK, and the next may hold no more. Each is a first byte and a Packet Identifier. */
export class LastAcknowledgements {
  readonly #out: Output;
  /** 0: none. */
  #older = 0;
  #newest = 0;
  #isFresh = false;
  /** When they go at the latest; Infinity until a turn has ended that leaves them behind. */
  dueAt = Number.POSITIVE_INFINITY;

  constructor(out: Output) {
    this.#out = out;
  }

  /** Bytes that are not in the output yet. */
  get length(): number {
    return (this.#older === 0 ? 0 : 4) + (this.#newest === 0 ? 0 : 4);
  }

  /** Whether a read that gives no reason to send anything shall send one of these. */
  get isWaiting(): boolean {
    return this.dueAt !== Number.POSITIVE_INFINITY;
  }

  add(firstByte: number, packetId: PacketId): void {
    if (this.#older !== 0) this.#write(this.#older);
    this.#older = this.#newest;
    this.#newest = (firstByte << 16) | packetId;
    this.#isFresh = true;
  }

  /** The output is about to leave. `isAnswered`: the server answers something in it. */
  turnEnds(isAnswered: boolean, now: number): void {
    if (this.#newest === 0) return;
    if (!isAnswered) {
      if (this.isWaiting && !this.#isFresh) this.#releaseOne();
      else this.release();
    } else if (this.#isFresh) this.dueAt = now + keptForMs;
    this.#isFresh = false;
  }

  /** All go. */
  release(): void {
    while (this.#newest !== 0) this.#releaseOne();
  }

  #releaseOne(): void {
    if (this.#older === 0) {
      this.#write(this.#newest);
      this.#newest = 0;
      this.dueAt = Number.POSITIVE_INFINITY;
    } else {
      this.#write(this.#older);
      this.#older = 0;
    }
  }

  #write(one: number): void {
    this.#out.acknowledgement(one >> 16, one & 0xffff);
  }
}
