// Every statement with what judged it. In: a report. Out: a folding part for each, under the chapters of the standard.
import type { VNode } from 'preact';
import type { Statement } from '../../spec/catalogue.ts';
import type { Report } from '../../verdict/report.ts';
import type { ScenarioResult, StatementResult } from '../../verdict/verdict.ts';
import { statementsById } from '../findings.ts';
import { byChapter, linkTo } from './chapters.ts';
import { anchorOf, classOf, shown, shownLines, signs } from './text.ts';

export function Statements({ report }: { report: Report }): VNode {
  const byId = new Map<string, ScenarioResult[]>();
  for (const result of report.scenarios) byId.set(result.id, [...(byId.get(result.id) ?? []), result]);
  return (
    <section aria-labelledby="page-statements">
      <h2 id="page-statements">Statements</h2>
      {byChapter(report.statements).map(([chapter, inside]) => (
        <div key={chapter} data-s={chapter}>
          <h3>{chapter}</h3>
          {inside.map((result) => (
            <StatementEvidence
              key={result.id}
              result={result}
              scenarios={[...new Set(result.scenarios)].flatMap((id) => byId.get(id) ?? [])}
            />
          ))}
        </div>
      ))}
    </section>
  );
}

interface StatementProps {
  readonly result: StatementResult;
  readonly scenarios: readonly ScenarioResult[];
}

function StatementEvidence({ result: { id, verdict, reason }, scenarios }: StatementProps): VNode {
  const statement = statementsById.get(id);
  const own = scenarios.filter(({ protocol }) => statement === undefined || protocol === statement.standard);
  return (
    <details id={id} data-v={classOf[verdict]}>
      <summary>
        <b>{`${signs[verdict]} ${verdict}`}</b> {id} <small>{statement?.level}</small>{' '}
        {shown(statement?.requirement ?? '')}
      </summary>
      {statement === undefined ? null : <Source statement={statement} />}
      {reason === undefined ? null : <p class="w0">{shownLines(reason)}</p>}
      <Judges scenarios={own} />
    </details>
  );
}

function Source({ statement }: { statement: Statement }): VNode {
  const { standard, section, title, actor } = statement;
  const whom = actor === 'both' ? 'server and client' : `the ${actor}`;
  return (
    <p class="q">
      {`Section ${section} ${title} of `}
      <a href={linkTo(statement)}>{`MQTT ${standard}`}</a>
      {`; binds ${whom}`}
    </p>
  );
}

/** So many scenarios are named; the others cite the statement themselves. */
const mostOthers = 6;
const mostPassed = 3;

/** Links to the scenarios that judged a statement: what did not pass with its title, others by their ids. */
function Judges({ scenarios }: { scenarios: readonly ScenarioResult[] }): VNode {
  const passed = scenarios.filter(({ verdict }) => verdict === 'pass');
  const others = scenarios.filter(({ verdict }) => verdict !== 'pass');
  return (
    <>
      {others.length === 0 ? null : (
        <ul>
          {others.slice(0, mostOthers).map((one) => (
            <li key={anchorOf(one)}>
              <b class={`v ${classOf[one.verdict]}`}>{`${signs[one.verdict]} ${one.verdict}`}</b>{' '}
              <a href={`#${anchorOf(one)}`}>{shown(one.title)}</a>
            </li>
          ))}
          {others.length > mostOthers ? <li>{`and ${others.length - mostOthers} more that cite it`}</li> : null}
        </ul>
      )}
      {passed.length === 0 ? null : (
        <p>
          {`✓ passed in ${passed.length}: `}
          {passed.slice(0, mostPassed).map((one) => [
            <a key={one.id} href={`#${anchorOf(one)}`}>
              {one.id}
            </a>,
            ' ',
          ])}
          {passed.length > mostPassed ? `and ${passed.length - mostPassed} more that cite it` : ''}
        </p>
      )}
    </>
  );
}
