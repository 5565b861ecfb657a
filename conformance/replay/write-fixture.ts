// Fixture → text, in the columns that a reader expects: bytes grouped by the fields of their packet, the packet in words beside them.
import { inspect } from '../../reference/codec/inspect.ts';
import type { ProtocolLevel } from '../../reference/codec/packet.ts';
import { describePacket } from '../wire/describe.ts';
import { type Fixture, type FixtureEvent, type FixtureHead, headKeys } from './fixture.ts';
import { fixtureMark } from './parse-fixture.ts';

/** Hex digits and blanks of one line at most. */
const lineDigits = 96;
/** Column in which comments begin, where the bytes leave room. */
const commentColumn = 64;

/** The text of a fixture; a comment that is missing is made from the packet. */
export function writeFixture({ head, events }: Fixture): string {
  const texts = new EventTexts();
  return [headText(head), ...events.map((event) => texts.of(event))].join('');
}

/** First line and head of a fixture, up to the empty line. */
export function headText(head: FixtureHead): string {
  const lines = headKeys.flatMap((key) => {
    const value = head[key];
    return (typeof value === 'string' ? [value] : (value ?? [])).map((one) => `${key}: ${one}`);
  });
  return `${[fixtureMark, ...lines].join('\n')}\n\n`;
}

/** Writes events one by one, each with its line end. */
export class EventTexts {
  readonly #levels = new Map<string, ProtocolLevel>();

  of(event: FixtureEvent): string {
    const { atMs, connection, by, kind, comment } = event;
    const start = `${(atMs / 1_000).toFixed(3)} ${connection} ${by === 'client' ? '>' : '<'}`;
    if (kind !== 'bytes') return `${start} ${kind}${comment === undefined ? '' : ` # ${comment}`}\n`;
    const { packet, fields, problem } = inspect(event.bytes, { level: this.#levels.get(connection) ?? 4, sentBy: by });
    if (packet?.type === 'connect') this.#levels.set(connection, packet.protocolLevel);
    const words = oneLine(comment ?? (packet === undefined ? problem : describePacket(packet)) ?? '');
    const [first = '', ...rest] = wrap(groups(event.bytes, fields));
    const begun = `${start} ${first}`;
    const line = words === '' ? begun : `${begun.padEnd(commentColumn)} # ${words}`;
    return `${[line, ...rest.map((more) => `  ${more}`)].join('\n')}\n`;
  }
}

const oneLine = (text: string): string => text.replace(/\s*\n\s*/g, ' ').trim();

/** Hex of each field; what follows the last known field is one group. */
function groups(bytes: Uint8Array, fields: readonly { readonly offset: number; readonly length: number }[]): string[] {
  const cuts = new Set([0, Math.min(1, bytes.length), bytes.length]);
  for (const { offset, length } of fields)
    for (const cut of [offset, offset + length]) if (cut <= bytes.length) cuts.add(cut);
  const inOrder = [...cuts].sort((a, b) => a - b);
  return inOrder.slice(1).map((end, i) => hex(bytes.subarray(inOrder[i], end)));
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex').toUpperCase();

/** Groups on lines; a group longer than a line is cut. */
function wrap(all: readonly string[]): string[] {
  const lines: string[] = [''];
  const pieces = all.flatMap((group) => group.match(new RegExp(`.{1,${lineDigits}}`, 'g')) ?? []);
  for (const piece of pieces) {
    const last = lines.at(-1) ?? '';
    if (last !== '' && last.length + 1 + piece.length > lineDigits) lines.push(piece);
    else lines[lines.length - 1] = last === '' ? piece : `${last} ${piece}`;
  }
  return lines;
}
