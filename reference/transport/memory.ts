// Two ends of a stream within the process: no socket, no timer. Bytes arrive when `deliver` is called, in any chunking that is wanted.
import type { StreamEnd, Transport, TransportListener } from './transport.ts';

type Parcel = { readonly bytes: Uint8Array; readonly taken: (() => void) | undefined } | StreamEnd;

/** One end of a stream in memory. What the other end writes waits until `deliver`. */
export class MemoryTransport implements Transport {
  readonly remoteAddress = 'memory';
  #peer: MemoryTransport = this;
  #listener: TransportListener | undefined;
  readonly #arriving: Parcel[] = [];
  #ended = false;
  #paused = false;

  /** Both ends. */
  static pair(): readonly [MemoryTransport, MemoryTransport] {
    const [one, other] = [new MemoryTransport(), new MemoryTransport()];
    one.#peer = other;
    other.#peer = one;
    return [one, other];
  }

  listen(listener: TransportListener): void {
    this.#listener = listener;
  }

  /** Bytes that we wrote and that the peer has not taken. */
  get bufferedBytes(): number {
    let bytes = 0;
    for (const parcel of this.#peer.#arriving) if (typeof parcel !== 'string') bytes += parcel.bytes.length;
    return bytes;
  }

  get isPaused(): boolean {
    return this.#paused;
  }

  get isEnded(): boolean {
    return this.#ended;
  }

  write(bytes: Uint8Array, taken?: () => void): void {
    if (this.#ended) taken?.();
    else this.#peer.#arriving.push({ bytes, taken });
  }

  close(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#peer.#arriving.push('finished');
  }

  /** What is under way is lost. */
  reset(): void {
    if (this.#ended) return;
    this.#ended = true;
    const { length } = this.#peer.#arriving;
    for (const parcel of this.#peer.#arriving.splice(0, length)) if (typeof parcel !== 'string') parcel.taken?.();
    this.#peer.#arriving.push('broken');
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
  }

  /** Lets arrive what the peer has written so far, in chunks of at most `chunkBytes`. True if anything arrived. */
  deliver({ chunkBytes = Number.POSITIVE_INFINITY }: { chunkBytes?: number } = {}): boolean {
    let some = false;
    while (!this.#paused) {
      const parcel = this.#arriving.shift();
      if (parcel === undefined) return some;
      some = true;
      this.#arrive(parcel, chunkBytes);
    }
    return some;
  }

  #arrive(parcel: Parcel, chunkBytes: number): void {
    if (typeof parcel === 'string') {
      if (!this.#ended) this.#listener?.ended(parcel);
      return;
    }
    const own = parcel.bytes.slice();
    parcel.taken?.();
    for (let at = 0; at < own.length && !this.#ended; at += chunkBytes) {
      this.#listener?.bytes(own.subarray(at, Math.min(own.length, at + chunkBytes)));
    }
  }
}
