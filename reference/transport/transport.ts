// What a broker needs of a stream, whether TCP, TLS or another.

export interface TransportListener {
  /** The view is valid during the call alone. */
  bytes(chunk: Uint8Array): void;
  /** The peer has ended the stream, or it broke; called once. */
  ended(): void;
}

export interface Transport {
  readonly remoteAddress: string;
  write(bytes: Uint8Array): void;
  /** Bytes written that the peer has not taken yet. */
  readonly bufferedBytes: number;
  /** Ends the stream behind what is written. */
  close(): void;
  /** Stops and goes on reading. */
  pause(): void;
  resume(): void;
}

export interface Listening {
  readonly port: number;
  /** Ends listening; open streams stay. */
  close(): Promise<void>;
}
