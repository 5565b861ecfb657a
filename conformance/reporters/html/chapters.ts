// Where a statement stands in the standard. In: its id. Out: its chapter with a title, and where it can be read.
import type { Statement } from '../../spec/catalogue.ts';
import type { StatementResult } from '../../verdict/verdict.ts';
import { statementsById } from '../findings.ts';

const chapterTitles: Readonly<Record<string, string>> = {
  '1.5': 'Data representations',
  '2.2': 'Fixed header',
  '2.3': 'Packet Identifier',
  '3.1': 'CONNECT',
  '3.2': 'CONNACK',
  '3.3': 'PUBLISH',
  '3.4': 'PUBACK',
  '3.5': 'PUBREC',
  '3.6': 'PUBREL',
  '3.7': 'PUBCOMP',
  '3.8': 'SUBSCRIBE',
  '3.9': 'SUBACK',
  '3.10': 'UNSUBSCRIBE',
  '3.11': 'UNSUBACK',
  '3.12': 'PINGREQ',
  '3.13': 'PINGRESP',
  '3.14': 'DISCONNECT',
  '4.1': 'Storing state',
  '4.2': 'Network connections',
  '4.3': 'Quality of Service',
  '4.4': 'Message delivery retry',
  '4.5': 'Message receipt',
  '4.6': 'Message ordering',
  '4.7': 'Topic Names and Topic Filters',
  '4.8': 'Handling errors',
  '5': 'Security',
  '6': 'WebSocket',
  '7': 'Conformance',
};

const byNumber = (a: string, b: string): number => {
  const [first = [], second = []] = [a, b].map((chapter) =>
    /^\d/.test(chapter) ? chapter.split(' ')[0]?.split('.').map(Number) : [99],
  );
  return (first[0] ?? 0) - (second[0] ?? 0) || (first[1] ?? 0) - (second[1] ?? 0);
};

/** The results under their chapters, in the order of the standard. */
export function byChapter(results: readonly StatementResult[]): [chapter: string, inside: StatementResult[]][] {
  const chapters = new Map<string, StatementResult[]>();
  for (const result of results) {
    const chapter = chapterOf(result.id);
    const inside = chapters.get(chapter);
    if (inside === undefined) chapters.set(chapter, [result]);
    else inside.push(result);
  }
  return [...chapters].sort(([a], [b]) => byNumber(a, b));
}

/** Chapters 1 to 4 by their sections, later ones whole; the points of MQTT 3.1 by themselves. */
function chapterOf(id: string): string {
  const statement = statementsById.get(id);
  if (statement === undefined) return 'Others';
  if (statement.standard === '3.1') return 'Where MQTT 3.1 differs';
  const [chapter = '', section = ''] = statement.section.split('.');
  const number = Number(chapter) > 4 ? chapter : `${chapter}.${section}`;
  return `${number} ${chapterTitles[number] ?? ''}`.trim();
}

const texts: Readonly<Record<Statement['standard'], string>> = {
  '3.1.1': 'https://docs.oasis-open.org/mqtt/mqtt/v3.1.1/os/mqtt-v3.1.1-os.html',
  '3.1': 'https://public.dhe.ibm.com/software/dw/webservices/ws-mqtt/mqtt-v3r1.html',
};

/** The standard's own text; browsers scroll to the number, where the statement has one of the standard's. */
export function linkTo({ id, standard }: Statement): string {
  const numbered = standard === '3.1.1' && id.startsWith('MQTT-');
  // A hyphen has a meaning of its own there: https://wicg.github.io/scroll-to-text-fragment
  return `${texts[standard]}${numbered ? `#:~:text=[${id.replaceAll('-', '%2D')}]` : ''}`;
}
