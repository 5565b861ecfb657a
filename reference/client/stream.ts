// A stream tells its client which one it is: one of an earlier connection is not listened to. In: bytes, the end. Out: the same, with the
// stream they are of.
import type { StreamEnd, Transport, TransportListener } from '../transport/transport.ts';

/** Has one stream after the other. */
export interface StreamOwner {
  bytes(transport: Transport, chunk: Uint8Array): void;
  streamEnded(transport: Transport, how: StreamEnd): void;
}

export class Stream implements TransportListener {
  readonly #owner: StreamOwner;
  readonly #transport: Transport;

  constructor(owner: StreamOwner, transport: Transport) {
    this.#owner = owner;
    this.#transport = transport;
  }

  bytes(chunk: Uint8Array): void {
    this.#owner.bytes(this.#transport, chunk);
  }

  ended(how: StreamEnd): void {
    this.#owner.streamEnded(this.#transport, how);
  }
}
