// Every statement at a glance, in the order of the standard. In: the results of statements. Out: a cell per statement under its section.
import type { VNode } from 'preact';
import type { StatementResult, StatementVerdict } from '../../verdict/verdict.ts';
import { byChapter } from './chapters.ts';
import { classOf, signs } from './text.ts';

export function Grid({ results }: { results: readonly StatementResult[] }): VNode {
  return (
    <section aria-labelledby="page-grid">
      <h2 id="page-grid">All statements</h2>
      <p class="q">A cell per statement, in the order of the standard; each leads to its evidence.</p>
      <Legend results={results} />
      {byChapter(results).map(([chapter, inside]) => (
        <div class="y" key={chapter}>
          <h3>{chapter}</h3>
          <ul class="g">
            {inside.map(({ id, verdict }) => (
              <li key={id}>
                <a class={classOf[verdict]} href={`#${id}`} aria-label={`${id}: ${verdict}`}>
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
