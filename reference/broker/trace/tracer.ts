// What passes on a connection, packet by packet. In: bytes of both directions, in any chunking. Out: lines.
import { Framer } from '../../codec/framer.ts';
import { inspect } from '../../codec/inspect.ts';
import { MalformedPacket } from '../../codec/malformed.ts';
import type { ProtocolLevel } from '../../codec/packet.ts';
import type { StreamEnd } from '../../transport/transport.ts';
import { packetLine } from './packet-line.ts';

export interface TracerOptions {
  readonly connectionId: number;
  readonly write: (line: string) => void;
}

type Direction = '>' | '<';

/** Writes `#7 > CONNECT …` for what a client sends, and `#7 < CONNACK …` for what it is sent. Bytes are never shown: they may hold a password. */
export class Tracer {
  readonly #connectionId: number;
  readonly #write: (line: string) => void;
  readonly #from: Record<Direction, Framer | undefined> = { '>': new Framer(), '<': new Framer() };
  #level: ProtocolLevel = 4;

  constructor({ connectionId, write }: TracerOptions) {
    this.#connectionId = connectionId;
    this.#write = write;
  }

  came(chunk: Uint8Array): void {
    this.#bytes('>', chunk);
  }

  sent(bytes: Uint8Array): void {
    this.#bytes('<', bytes);
  }

  violated(what: string): void {
    this.#line('-', `the client has broken a rule of its transport: ${what}`);
  }

  ended(how: StreamEnd): void {
    this.#line('-', how === 'finished' ? 'the client has ended the connection' : 'the connection is gone');
  }

  #bytes(direction: Direction, bytes: Uint8Array): void {
    try {
      this.#from[direction]?.push(bytes, (frame) => this.#packet(direction, frame));
    } catch (error) {
      if (!(error instanceof MalformedPacket)) throw error;
      // Where the next packet begins cannot be known.
      this.#from[direction] = undefined;
      this.#line(direction, `malformed: ${error.message}`);
    }
  }

  #packet(direction: Direction, frame: Uint8Array): void {
    const { packet, problem } = inspect(frame, {
      level: this.#level,
      sentBy: direction === '>' ? 'client' : 'server',
    });
    if (packet?.type === 'connect') this.#level = packet.protocolLevel;
    this.#line(direction, packet === undefined ? `malformed: ${problem}` : packetLine(packet));
  }

  #line(direction: Direction | '-', text: string): void {
    this.#write(`#${this.#connectionId} ${direction} ${text}`);
  }
}
