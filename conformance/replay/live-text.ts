// Events of a recording for a terminal: what passes, in words, with the fields of each packet. Passwords are never shown.
import { inspect } from '../../reference/codec/inspect.ts';
import type { ProtocolLevel } from '../../reference/codec/packet.ts';
import { oneLine } from '../reporters/text.ts';
import { describePacket } from '../wire/describe.ts';
import type { FixtureEvent } from './fixture.ts';

export interface LiveTextOptions {
  /** One line an event, without fields. */
  readonly brief: boolean;
  readonly dim: (text: string) => string;
  readonly problem: (text: string) => string;
}

const mostHexDigits = 32;

export class LiveText {
  readonly #options: LiveTextOptions;
  readonly #levels = new Map<string, ProtocolLevel>();

  constructor(options: LiveTextOptions) {
    this.#options = options;
  }

  /** The event's lines, with their line ends. */
  of(event: FixtureEvent): string {
    const { dim, problem: painted, brief } = this.#options;
    const { atMs, connection, by } = event;
    const start = `${dim((atMs / 1_000).toFixed(3).padStart(8))} ${oneLine(connection)} ${by === 'client' ? '→' : '←'}`;
    if (event.kind !== 'bytes') return `${start} ${dim(endWords[event.kind])}\n`;
    const level = this.#levels.get(connection) ?? 4;
    const { packet, fields, problem } = inspect(event.bytes, { level, sentBy: by });
    if (packet?.type === 'connect') this.#levels.set(connection, packet.protocolLevel);
    const words = packet === undefined ? painted(oneLine(problem ?? '')) : oneLine(describePacket(packet));
    if (brief) return `${start} ${words}\n`;
    const lines = fields.map(({ name, offset, length, value, problem: wrong }) => {
      const bytes = name === 'Password' ? '' : hexOf(event.bytes.subarray(offset, offset + length));
      const text = `${' '.repeat(11)}${String(offset).padStart(4)}  ${name}: ${oneLine(value)}${bytes === '' ? '' : `  ${bytes}`}`;
      return wrong === undefined ? dim(text) : `${dim(text)} ${painted(oneLine(wrong))}`;
    });
    return `${[`${start} ${words}`, ...lines].join('\n')}\n`;
  }
}

const endWords = {
  open: 'opens the connection',
  fin: 'ends its direction (FIN)',
  rst: 'resets the connection (RST)',
} as const;

function hexOf(bytes: Uint8Array): string {
  const digits = Buffer.from(bytes.subarray(0, mostHexDigits / 2))
    .toString('hex')
    .toUpperCase();
  return bytes.length * 2 > mostHexDigits ? `${digits}…` : digits;
}
