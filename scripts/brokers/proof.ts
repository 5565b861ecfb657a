// The packets that prove a deviation. In: a failed scenario with its trace. Out: lines for a note, the deciding packet marked.
import type { ScenarioResult } from '../../conformance/index.ts';

type Entry = ScenarioResult['trace'][number];
type Packet = Extract<Entry, { kind: 'sent' | 'received' }>;

/** So many packets before the deciding one are enough to see what it answers. */
const shownBefore = 4;
/** From so many connections on, others have nothing to do with the one that is judged. */
const manyConnections = 5;
const hexDigits = 96;

type Check = ScenarioResult['checks'][number];

/** The check that a failed scenario failed by; of a statement, the first that speaks of it. */
export const failedCheck = ({ checks }: Pick<ScenarioResult, 'checks'>, of?: string): Check | undefined =>
  checks.find(
    ({ verdict, statements }) => verdict === 'fail' && (of === undefined || statements.some((id) => id === of)),
  );

/** What a failed scenario accuses of. */
export const accusedOf = ({ checks }: Pick<ScenarioResult, 'checks'>): string[] =>
  checks.filter(({ verdict }) => verdict === 'fail').flatMap(({ statements }) => statements);

/** Without what differs between runs. */
export const shown = (text: string): string =>
  text.replace(/mqttspec\/[0-9a-z]{8}\/\d+/g, 'mqttspec/…').replace(/ms[0-9a-z]{8}[0-9a-z]+/g, 'ms…');

const isPacket = (entry: Entry | undefined): entry is Packet => entry?.kind === 'sent' || entry?.kind === 'received';

/** What only sets the scene, on a connection that is not the one that is judged. */
const isScene = (entry: Entry): boolean =>
  isPacket(entry) && /^(CONNECT|CONNACK|PINGREQ|PINGRESP|SUBSCRIBE|SUBACK|DISCONNECT)\b/.test(entry.summary);

/**
 * The packets up to the deciding one, on the connection that is judged and, where there are few, on the others; then what never came.
 * `>` stands at the packet that decides, or at the last one before what never came.
 */
export function proofOf(result: Pick<ScenarioResult, 'checks' | 'trace'>, check = failedCheck(result)): string[] {
  const { trace } = result;
  const at = check?.traceIndex ?? trace.length - 1;
  const judged = check?.connection;
  const isFew = new Set(trace.flatMap(({ connection }) => connection ?? [])).size <= manyConnections;
  const isOurs = (entry: Entry): boolean => judged === undefined || entry.connection === judged;
  const before = trace.slice(0, at + 1).filter((entry) => isOurs(entry) || (isFew && !isScene(entry)));
  const decided = before.findLast((entry) => isPacket(entry) && isOurs(entry)) ?? before.findLast(isPacket);
  const packets = before.filter(isPacket);
  const end = decided === undefined ? packets.length : packets.indexOf(decided as Packet) + 1;
  const missing = check?.missing ?? [];
  // What never came is proved by all that did, on every connection; what came proves itself.
  const until = missing.length > 0 ? packets.length : end;
  const names = new Set(packets.slice(Math.max(0, until - shownBefore), until).map(({ connection }) => connection));
  return [
    ...packets
      .slice(Math.max(0, Math.min(end - 1, until - shownBefore)), until)
      .flatMap((entry) => packetLines(entry, { isDeciding: entry === decided, named: names.size > 1 })),
    ...endOf(before, judged),
    ...(missing.length === 0 ? [] : [`      never came: ${shown(missing.join(', ')).slice(0, 200)}`]),
  ];
}

function packetLines(entry: Packet, { isDeciding, named }: { isDeciding: boolean; named: boolean }): string[] {
  const arrow = entry.kind === 'sent' ? '→' : '←';
  const isCut = entry.hex.length > hexDigits || entry.length * 2 > entry.hex.length;
  const hex = entry.hex.slice(0, hexDigits).replace(/../g, '$& ').trim();
  const who = named ? `${shown(entry.connection)}: ` : '';
  return [
    `${isDeciding ? '  > ' : '    '}${arrow} ${hex}${isCut ? ' …' : ''}`,
    `      ${who}${shown(entry.summary).slice(0, 110)}`,
  ];
}

/** How the connection that is judged ended, if it did. */
function endOf(before: readonly Entry[], judged: string | undefined): string[] {
  const ended = before.findLast((entry) => entry.kind === 'ended' && entry.connection === judged);
  return ended?.kind === 'ended' ? [`      the connection was ended by the ${ended.by} (${ended.how})`] : [];
}
