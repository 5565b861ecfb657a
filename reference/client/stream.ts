// A stream tells its client which one it is: one of an earlier connection is not listened to. In: bytes, the end. Out: the same, with the
// stream they are of.
import { given, type Loan, type StreamEnd, type Transport, type TransportListener } from '../transport/transport.ts';

/** Has one stream after the other. */
export interface StreamOwner {
  /** `isLent`: the chunk is there during the call alone. */
  bytes(transport: Transport, chunk: Uint8Array, isLent: boolean): void;
  streamEnded(transport: Transport, how: StreamEnd): void;
}

export class Stream implements TransportListener {
  readonly #owner: StreamOwner;
  readonly #transport: Transport;

  constructor(owner: StreamOwner, transport: Transport) {
    this.#owner = owner;
    this.#transport = transport;
  }

  bytes(chunk: Uint8Array, loan?: Loan): void {
    this.#owner.bytes(this.#transport, chunk, loan !== given);
  }

  ended(how: StreamEnd): void {
    this.#owner.streamEnded(this.#transport, how);
  }
}
