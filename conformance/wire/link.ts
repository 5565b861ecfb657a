// One byte stream to the target: what a connection needs of TCP, TLS or WebSocket. Knows nothing of MQTT.

export type Ending = 'FIN' | 'RST';

/** The link could not be opened; `code` is Node's (`ECONNREFUSED`, `ETIMEDOUT` …). */
export class LinkRefused extends Error {
  readonly code: string;
  constructor(message: string, options: { code: string; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.name = 'LinkRefused';
    this.code = options.code;
  }
}

export interface LinkListener {
  /** The view is valid during the call alone. */
  bytes(chunk: Uint8Array): void;
  /** A WebSocket frame of text came, whose bytes follow. */
  textFrame(): void;
  /** The peer ended the stream; called at most once. */
  ended(how: Ending): void;
}

export interface Link {
  write(bytes: Uint8Array): void;
  /** Over WebSocket: writes bytes in a frame of text. Elsewhere the same as `write`. */
  writeText(bytes: Uint8Array): void;
  /** Ends our direction (FIN) and goes on reading. */
  finish(): void;
  /** Ends the stream at once, by FIN where the system does so. */
  close(): void;
  /** Ends the stream by RST. */
  reset(): void;
  /** Holds back what is written until `uncork`, so that it goes out together. Missing where frames are sent. */
  cork?(): void;
  uncork?(): void;
  /** Stops reading, so that the peer meets a reader that does not read. */
  pause(): void;
  resume(): void;
}
