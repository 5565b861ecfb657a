// Statements and scenarios with their evidence. In: a report. Out: a folding part for each.
import type { VNode } from 'preact';
import type { Report } from '../../verdict/report.ts';
import type { Check, ScenarioResult, StatementResult, StatementVerdict } from '../../verdict/verdict.ts';
import { commandAlone } from '../evidence.ts';
import { statementsById } from './findings.ts';
import { Ladder } from './ladder.tsx';
import { anchorOf, classOf, isBrief, shown, shownLines, signs, stabilityText, timeText } from './text.ts';

/** A verdict as a badge, with its sign. */
function Badge({ verdict }: { verdict: StatementVerdict }): VNode {
  return <b class={`v ${classOf[verdict]}`}>{`${signs[verdict]} ${verdict}`}</b>;
}

export function Statements({ report }: { report: Report }): VNode {
  const byId = new Map<string, ScenarioResult[]>();
  for (const result of report.scenarios) {
    const found = byId.get(result.id);
    if (found === undefined) byId.set(result.id, [result]);
    else found.push(result);
  }
  return (
    <section aria-labelledby="page-statements">
      <h2 id="page-statements">Statements</h2>
      {report.statements.map((result) => (
        <StatementEvidence
          key={result.id}
          result={result}
          scenarios={[...new Set(result.scenarios)].flatMap((id) => byId.get(id) ?? [])}
        />
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
    <details id={id} class="a" data-v={classOf[verdict]} open={verdict === 'fail'}>
      <summary>
        <Badge verdict={verdict} /> <b>{id}</b> <small>{statement?.level}</small> {shown(statement?.requirement ?? '')}
      </summary>
      <div>
        {statement === undefined ? null : (
          <p class="q">{`MQTT ${statement.standard}, section ${statement.section} ${statement.title}; binds ${
            statement.actor === 'both' ? 'server and client' : `the ${statement.actor}`
          }`}</p>
        )}
        {reason === undefined ? null : <p class="w0">{shownLines(reason)}</p>}
        <Judges scenarios={own} />
      </div>
    </details>
  );
}

/** Links to the scenarios that judged a statement: what did not pass with its title, the many others by their ids. */
function Judges({ scenarios }: { scenarios: readonly ScenarioResult[] }): VNode {
  const passed = scenarios.filter(({ verdict }) => verdict === 'pass');
  const others = scenarios.filter(({ verdict }) => verdict !== 'pass');
  return (
    <>
      {others.length === 0 ? null : (
        <ul>
          {others.map((one) => (
            <li key={anchorOf(one)}>
              <Badge verdict={one.verdict} /> <a href={`#${anchorOf(one)}`}>{shown(one.title)}</a>
            </li>
          ))}
        </ul>
      )}
      {passed.length === 0 ? null : (
        <p>
          {'✓ passed: '}
          {passed.map((one) => [
            <a key={one.id} href={`#${anchorOf(one)}`}>
              {one.id}
            </a>,
            ' ',
          ])}
        </p>
      )}
    </>
  );
}

export function Scenarios({ report }: { report: Report }): VNode {
  return (
    <section aria-labelledby="page-scenarios">
      <h2 id="page-scenarios">Scenarios</h2>
      {report.scenarios.map((result) => (
        <ScenarioEvidence key={anchorOf(result)} result={result} address={report.run.address} />
      ))}
    </section>
  );
}

function ScenarioEvidence({ result, address }: { result: ScenarioResult; address: string }): VNode {
  const { title, verdict, section, protocol, cites, checks, reason, durationMs, id } = result;
  return (
    <details id={anchorOf(result)} class="a" data-v={classOf[verdict]} open={verdict === 'fail' || verdict === 'error'}>
      <summary>
        <Badge verdict={verdict} /> {shown(title)}
      </summary>
      <div>
        <p class="q">
          {`${id} · ${section} · MQTT ${protocol} · ${timeText(durationMs)}${stabilityText(result)}${
            cites.length === 0 ? '' : ' · cites '
          }`}
          {cites.map((cited) => [
            <a key={cited} href={`#${cited}`}>
              {cited}
            </a>,
            ' ',
          ])}
        </p>
        {reason === undefined || checks.some(({ got }) => reason.endsWith(got)) ? null : (
          <p class="w0">{shownLines(reason)}</p>
        )}
        <Checks checks={checks} />
        {isBrief(verdict) ? null : (
          <p>
            Play it alone: <code>{shown(commandAlone(result, address))}</code>
          </p>
        )}
        <Ladder result={result} />
      </div>
    </details>
  );
}

const mostChecks = 40;

function Checks({ checks }: { checks: readonly Check[] }): VNode | null {
  if (checks.length === 0) return null;
  const kept = checks
    .map((check, i) => ({ check, i }))
    .filter(({ check, i }) => i < mostChecks || !isBrief(check.verdict));
  return (
    <>
      <ol class="h">
        {kept.map(({ check, i }) => (
          <li key={i} value={i < mostChecks ? undefined : i + 1}>
            <CheckEvidence check={check} />
          </li>
        ))}
      </ol>
      {kept.length < checks.length ? <p>{checks.length - kept.length} further checks passed.</p> : null}
    </>
  );
}

function CheckEvidence({ check: { verdict, expected, got, statements } }: { check: Check }): VNode {
  if (verdict === 'pass') return <>{`✓ ${shown(expected)}${got === 'as expected' ? '' : `; got ${shown(got)}`}`}</>;
  return (
    <>
      <Badge verdict={verdict} />{' '}
      {statements.map((id) => [
        <a key={id} href={`#${id}`}>
          {id}
        </a>,
        ' ',
      ])}
      <dl>
        <dt>expected</dt>
        <dd>{shown(expected)}</dd>
        <dt>got</dt>
        <dd>{shown(got)}</dd>
      </dl>
    </>
  );
}
