// A packet byte by byte: offset, bytes, the field that they are, its value, and what is wrong with it. In: an entry. Out: markup.
import type { TraceField } from '../../wire/trace.ts';
import { fieldsOf, isWhole, type PacketEntry } from '../packet-fields.ts';
import { inMarkup } from './markup.ts';
import { shown } from './text.ts';

/** So many bytes of one field are shown. */
const bytesOfField = 256;

/** Fields in their order, and between them what nobody could read. */
function partsOf(fields: readonly TraceField[], end: number): TraceField[] {
  const parts: TraceField[] = [];
  let at = 0;
  for (const field of [...fields].sort((a, b) => a.offset - b.offset)) {
    if (field.offset > at) parts.push(unread(at, field.offset));
    parts.push(field);
    at = Math.max(at, field.offset + field.length);
  }
  if (at < end) parts.push(unread(at, end));
  return parts;
}

/** What no field covers. */
const unread = (offset: number, end: number): TraceField => ({
  name: 'not read',
  offset,
  length: end - offset,
  value: '',
});

/** A list of its fields. */
export function annotated(entry: PacketEntry): string {
  const { hex, length } = entry;
  const items = partsOf(fieldsOf(entry), hex.length / 2).map((part) => {
    const { offset, name, value, problem } = part;
    const wrong = problem === undefined ? '' : `<em> ${inMarkup(shown(problem))}</em>`;
    const field = `${inMarkup(shown(name))} <b>${inMarkup(shown(value, 200))}</b>${wrong}`;
    return `<li><i>${offset}</i> <code>${bytesText(hex, part)}</code> <span>${field}</span>`;
  });
  const cut = isWhole(entry) ? '' : `<li>… ${length - hex.length / 2} further bytes were not kept`;
  return `<ul class=y0>${items.join('')}${cut}</ul>`;
}

/** The bytes of a packet that words tell in full: a group a field. */
export function grouped(entry: PacketEntry): string {
  const { hex, length } = entry;
  const groups = partsOf(fieldsOf(entry), hex.length / 2).map(({ offset, length: own }) =>
    hex.slice(offset * 2, (offset + own) * 2),
  );
  const cut = isWhole(entry) ? [] : [`… ${length - hex.length / 2} further bytes were not kept`];
  return `<code>${inMarkup(shown([...groups, ...cut].join(' ').toUpperCase(), Number.POSITIVE_INFINITY))}</code>`;
}

function bytesText(hex: string, { offset, length }: TraceField): string {
  const own = hex.slice(offset * 2, (offset + length) * 2);
  const short = own
    .slice(0, bytesOfField * 2)
    .replace(/../g, '$& ')
    .trim();
  const text = own.length > bytesOfField * 2 ? `${short} … (${length} bytes)` : short;
  return inMarkup(shown(text, Number.POSITIVE_INFINITY));
}
