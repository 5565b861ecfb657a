// Every statement at a glance, in the order of the standard. In: the results of statements. Out: a cell per statement under its section.
import type { VNode } from 'preact';
import type { StatementResult, StatementVerdict } from '../../verdict/verdict.ts';
import { statementsById } from './findings.ts';
import { classOf, signs } from './text.ts';

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

/** Chapters 1 to 4 by their sections, later ones whole; the points of MQTT 3.1 by themselves. */
function chapterOf(id: string): string {
  const statement = statementsById.get(id);
  if (statement === undefined) return 'Others';
  if (statement.standard === '3.1') return 'Where MQTT 3.1 differs';
  const [chapter = '', section = ''] = statement.section.split('.');
  const number = Number(chapter) > 4 ? chapter : `${chapter}.${section}`;
  return `${number} ${chapterTitles[number] ?? ''}`.trim();
}

export function Grid({ results }: { results: readonly StatementResult[] }): VNode {
  const chapters = new Map<string, StatementResult[]>();
  for (const result of results) {
    const chapter = chapterOf(result.id);
    const inside = chapters.get(chapter);
    if (inside === undefined) chapters.set(chapter, [result]);
    else inside.push(result);
  }
  return (
    <section aria-labelledby="page-grid">
      <h2 id="page-grid">All statements</h2>
      <p class="q">A cell per statement, in the order of the standard; each leads to its evidence.</p>
      <Legend results={results} />
      {[...chapters].map(([chapter, inside]) => (
        <div class="y" key={chapter}>
          <h3>{chapter}</h3>
          <ul class="g">
            {inside.map(({ id, verdict }) => (
              <li key={id}>
                <a
                  class={classOf[verdict]}
                  href={`#${id}`}
                  title={`${id}: ${verdict}`}
                  aria-label={`${id}: ${verdict}`}
                >
                  {signs[verdict]}
                </a>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </section>
  );
}

function Legend({ results }: { results: readonly StatementResult[] }): VNode {
  const verdicts = Object.keys(signs) as StatementVerdict[];
  return (
    <p>
      {verdicts.flatMap((verdict) => {
        const found = results.filter((result) => result.verdict === verdict).length;
        if (found === 0) return [];
        return [<b key={verdict} class={`v ${classOf[verdict]}`}>{`${signs[verdict]} ${verdict} ${found}`}</b>, ' '];
      })}
    </p>
  );
}
