// A packet of a trace: in words, in hex and, where a scenario did not pass, field by field. In: an entry. Out: its markup.
import type { VNode } from 'preact';
import type { TraceEntry, TraceField } from '../../wire/trace.ts';
import { shown } from './text.ts';

type PacketEntry = Extract<TraceEntry, { kind: 'sent' | 'received' }>;

/** Of packets in scenarios that passed, so many bytes are shown; so many of any without being asked for. */
const briefBytes = 256;
const bytesInLine = 40;

const inLine = ({ hex, fields = [] }: PacketEntry, brief: boolean): boolean =>
  hex.length <= bytesInLine * 2 && (brief || fields.length === 0);

const spaced = (hex: string): string => hex.replace(/../g, '$& ').trim();

interface PacketProps {
  readonly entry: PacketEntry;
  readonly brief: boolean;
  /** The connection with a blank behind it, or nothing. */
  readonly name: string;
}

/** The packet in words, what the observer found wrong, and few bytes at once. */
export function Packet({ entry, brief, name }: PacketProps): VNode {
  const { kind, summary, findings = [], hex } = entry;
  return (
    <>
      {`${name}${kind === 'sent' ? '→' : '←'} ${shown(summary)}`}
      {findings.map((finding) => (
        <em key={finding}> {shown(finding)}</em>
      ))}
      {inLine(entry, brief) ? <code> {shown(brief ? hex : spaced(hex))}</code> : null}
    </>
  );
}

/** The bytes to unfold, and where the scenario did not pass, the fields. */
export function Bytes({ entry, brief }: { entry: PacketEntry; brief: boolean }): VNode | null {
  const { hex, fields = [], length } = entry;
  if (inLine(entry, brief)) return null;
  const most = briefBytes * 2;
  const bytes = brief && hex.length > most ? `${hex.slice(0, most)}…` : spaced(hex);
  return (
    <details>
      <summary>{length === 1 ? '1 byte' : `${length} bytes`}</summary>
      <code>{shown(bytes, Number.POSITIVE_INFINITY)}</code>
      {brief || fields.length === 0 ? null : <Fields fields={fields} />}
    </details>
  );
}

function Fields({ fields }: { fields: readonly TraceField[] }): VNode {
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">byte</th>
          <th scope="col">field</th>
          <th scope="col">value</th>
        </tr>
      </thead>
      <tbody>
        {fields.map(({ name, offset, length, value, problem }) => (
          <tr key={`${offset} ${name}`}>
            <td>{length > 1 ? `${offset}–${offset + length - 1}` : offset}</td>
            <td>{shown(name)}</td>
            <td>
              {shown(value)} {problem === undefined ? null : <em>{shown(problem)}</em>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
