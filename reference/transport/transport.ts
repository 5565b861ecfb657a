// What a broker needs of a stream, whether TCP, TLS or another.
import type { SecureContextOptions } from 'node:tls';

/** How a stream came to its end: the peer's FIN, or a breakage (RST, time-out, our own reset). */
export type StreamEnd = 'finished' | 'broken';

/** What a listener may want of the bytes of a chunk beyond the call; to be said during the call. */
export interface Loan {
  /** They are used on: nobody shall write into them until the returned function was called, which may be left out. */
  keep(): () => void;
  /** A packet of so many bytes begins here that is not complete: it comes again at the beginning of the next chunk. False: there is no room. */
  comesAgain(from: number, packetBytes: number): boolean;
}

/** A chunk that is the listener's from now on. */
export const given: Loan = { keep: () => () => {}, comesAgain: () => false };

export interface TransportListener {
  /** The largest packet that it takes at the moment: who has to gather bytes gathers no more for it. Left out: any. */
  readonly mostBytes?: number | undefined;
  /** Bytes came. They are there during the call alone, unless the loan allows more. */
  bytes(chunk: Uint8Array, loan?: Loan): void;
  /** Of what was written, nothing waits any more; called where some had to. */
  drained?(): void;
  /** The peer has broken a rule of the transport, in words: the stream is over, and `ended` follows. */
  violated?(what: string): void;
  /** The peer has ended the stream, or it broke; called once. After `finished` it can be written to, and has to be closed. */
  ended(how: StreamEnd): void;
}

export interface Transport {
  /** Empty when it is asked for only after the peer has broken off: see `identify`. */
  readonly remoteAddress: string;
  /** Looks the address up, to be known to the end. A call of the system: left out where nobody wants it. */
  identify?(): void;
  /** Common name of a client certificate that the server has verified. */
  readonly certificateName?: string | undefined;
  /**
   * The bytes stay as they are until `bufferedBytes` is 0 again, or `taken` is called: they have left us, sent or lost, and their buffer
   * may be used again.
   */
  write(bytes: Uint8Array, taken?: () => void): void;
  /** What is written between the two leaves together, where the stream can do that. */
  cork?(): void;
  uncork?(): void;
  /** Bytes written that the peer has not taken yet. */
  readonly bufferedBytes: number;
  /** While some wait: changes when the peer has taken any, and then alone. Left out: nobody knows. */
  readonly takenBytes?: number | undefined;
  /** Ends the stream behind what is written, by FIN. */
  close(): void;
  /** Breaks the stream off at once, by RST; what is not sent yet is lost. */
  reset(): void;
  /** Stops and goes on reading. */
  pause(): void;
  resume(): void;
}

export interface Listening {
  readonly port: number;
  /** TLS alone: new connections get the new certificate, open ones stay. */
  renewCertificate?(options: SecureContextOptions): void;
  /** Ends listening; open streams stay. */
  close(): Promise<void>;
}
