// Statements and scenarios with their evidence.
import type { VNode } from 'preact';
import type { Report } from '../../verdict/report.ts';
import type { Check, ScenarioResult, StatementResult } from '../../verdict/verdict.ts';
import type { TraceEntry } from '../../wire/trace.ts';
import { statementsById } from './overview.tsx';
import { anchorOf, classOf, shown, signs } from './text.ts';

export function Statements({ report }: { report: Report }): VNode {
  const anchors = new Map<string, ScenarioResult[]>();
  for (const result of report.scenarios) anchors.set(result.id, [...(anchors.get(result.id) ?? []), result]);
  return (
    <section>
      <h2 id="statements">Statements</h2>
      {report.statements.map((result) => (
        <StatementEvidence
          key={result.id}
          result={result}
          scenarios={result.scenarios.flatMap((id) => anchors.get(id) ?? [])}
        />
      ))}
    </section>
  );
}

function StatementEvidence({
  result,
  scenarios,
}: {
  result: StatementResult;
  scenarios: readonly ScenarioResult[];
}): VNode {
  const statement = statementsById.get(result.id);
  const protocol = statement?.standard === '3.1' ? '3.1' : '3.1.1';
  const own = scenarios.filter((one) => one.protocol === protocol);
  const text = `${result.id} ${statement?.requirement ?? ''} ${statement?.section ?? ''}`;
  return (
    <details id={result.id} data-v={result.verdict} data-t={text} open={result.verdict === 'fail'}>
      <summary>
        <span class={`v ${classOf(result.verdict)}`}>
          {signs[result.verdict]} {result.verdict}
        </span>{' '}
        <b>{result.id}</b> <span class="dim">{statement?.level}</span> {shown(statement?.requirement ?? '')}
      </summary>
      <div class="small">
        {result.reason === undefined ? null : <p class="dim">{shown(result.reason)}</p>}
        {own.length === 0 ? null : (
          <ul>
            {own.map((one) => (
              <li key={anchorOf(one)}>
                <span class={`v ${one.verdict}`}>{one.verdict}</span> <a href={`#${anchorOf(one)}`}>{one.title}</a>
              </li>
            ))}
          </ul>
        )}
      </div>
    </details>
  );
}

export function Scenarios({ report }: { report: Report }): VNode {
  return (
    <section>
      <h2 id="scenarios">Scenarios</h2>
      {report.scenarios.map((result) => (
        <ScenarioEvidence key={anchorOf(result)} result={result} />
      ))}
    </section>
  );
}

function ScenarioEvidence({ result }: { result: ScenarioResult }): VNode {
  const { title, verdict, section, protocol, cites, checks, reason, stability, durationMs } = result;
  const text = `${result.id} ${title} ${section} ${cites.join(' ')}`;
  const decisive = new Set(checks.filter((check) => check.verdict !== 'pass').map(({ traceIndex }) => traceIndex));
  return (
    <details id={anchorOf(result)} data-v={verdict} data-t={text} open={verdict === 'fail' || verdict === 'error'}>
      <summary>
        <span class={`v ${verdict}`}>
          {signs[verdict]} {verdict}
        </span>{' '}
        {title}
      </summary>
      <div class="small">
        <p class="dim">
          <code>{result.id}</code> · {section} · MQTT {protocol} · {Math.round(durationMs)} ms
          {stability === undefined
            ? ''
            : ` · ${stability.same === stability.runs ? 'stable' : 'unstable'}, ${stability.same} of ${stability.runs}`}
          {cites.length === 0 ? '' : ' · '}
          {cites.map((id) => (
            <a key={id} href={`#${id}`}>
              {id}{' '}
            </a>
          ))}
        </p>
        {reason === undefined || checks.some((check) => check.verdict === 'fail') ? null : <p>{shown(reason)}</p>}
        {checks
          .filter((check) => check.verdict !== 'pass')
          .slice(0, 20)
          .map((check, i) => (
            <CheckEvidence key={i} check={check} />
          ))}
        <Ladder result={result} decisive={decisive} />
      </div>
    </details>
  );
}

function CheckEvidence({ check }: { check: Check }): VNode {
  return (
    <div class="scroll">
      <table>
        <tbody>
          {check.statements.map((id) => (
            <tr key={id}>
              <th scope="row">{id}</th>
              <td>{shown(statementsById.get(id)?.requirement ?? '')}</td>
            </tr>
          ))}
          <tr>
            <th scope="row">expected</th>
            <td>{shown(check.expected)}</td>
          </tr>
          <tr>
            <th scope="row">got</th>
            <td>
              <span class={`v ${check.verdict}`}>{check.verdict}</span> {shown(check.got)}
            </td>
          </tr>
        </tbody>
      </table>
    </div>
  );
}

const keptAtEachEnd = 50;

function Ladder({
  result,
  decisive,
}: {
  result: ScenarioResult;
  decisive: ReadonlySet<number | undefined>;
}): VNode | null {
  const { trace, verdict } = result;
  if (trace.length === 0) return null;
  const brief = verdict === 'pass' || verdict === 'observed' || verdict === 'skipped';
  const most = brief ? 7 : keptAtEachEnd;
  const leftOut = trace.length > most * 2 ? trace.length - most * 2 : 0;
  const rows = trace
    .map((entry, i) => ({ entry, i }))
    .filter(({ i }) => leftOut === 0 || i < most || i >= trace.length - most);
  const list = (
    <ol class="ladder">
      {rows.map(({ entry, i }) => (
        <Row
          key={i}
          entry={entry}
          decides={decisive.has(i)}
          brief={brief}
          gap={leftOut > 0 && i === trace.length - most ? leftOut : 0}
        />
      ))}
    </ol>
  );
  if (!brief) return list;
  return (
    <details>
      <summary>The conversation, {trace.length} entries</summary>
      <div>{list}</div>
    </details>
  );
}

interface RowProps {
  readonly entry: TraceEntry;
  readonly decides: boolean;
  readonly brief: boolean;
  /** Entries that were left out before this one. */
  readonly gap: number;
}

function Row({ entry, decides, brief, gap }: RowProps): VNode {
  return (
    <>
      {gap === 0 ? null : <li class="n">… {gap} entries left out …</li>}
      <li class={decides ? 'decides' : undefined}>
        <time>{(entry.at / 1_000).toFixed(3)} s</time>
        <span class="n">{shown(entry.connection ?? '', 40)}</span>
        <span class="arrow">{arrowOf(entry)}</span>
        <span class="what">
          <What entry={entry} brief={brief} />
        </span>
      </li>
    </>
  );
}

function arrowOf(entry: TraceEntry): string {
  switch (entry.kind) {
    case 'sent':
      return '→';
    case 'received':
      return '←';
    case 'opened':
      return '○';
    case 'ended':
      return '●';
    case 'note':
      return '';
  }
}

function What({ entry, brief }: { entry: TraceEntry; brief: boolean }): VNode {
  switch (entry.kind) {
    case 'opened':
      return <span class="n">connected to {shown(entry.to)}</span>;
    case 'ended':
      return (
        <span>
          ended by the {entry.by} ({entry.how})
        </span>
      );
    case 'note':
      return (
        <span class="n">
          {entry.verdict === undefined ? null : <span class={`v ${entry.verdict}`}>{entry.verdict}</span>}{' '}
          {shown(entry.text, brief ? 160 : 600)}
        </span>
      );
    case 'sent':
    case 'received':
      return <PacketRow entry={entry} brief={brief} />;
  }
}

type PacketEntry = Extract<TraceEntry, { kind: 'sent' | 'received' }>;

function PacketRow({ entry, brief }: { entry: PacketEntry; brief: boolean }): VNode {
  const most = brief ? 64 : 512;
  const hex = entry.hex.length > most ? `${entry.hex.slice(0, most)}…` : entry.hex;
  const spaced = hex.replace(/../g, '$& ').trim();
  const size = `${entry.length} ${entry.length === 1 ? 'byte' : 'bytes'}`;
  return (
    <>
      {shown(entry.summary, 300)}
      {(entry.findings ?? []).map((finding) => (
        <span class="find" key={finding}>
          {' '}
          {shown(finding)}
        </span>
      ))}{' '}
      {brief ? (
        <code class="dim">{spaced}</code>
      ) : (
        <details>
          <summary>{size}</summary>
          <div>
            <p class="hex">{spaced}</p>
            <Fields entry={entry} />
          </div>
        </details>
      )}
    </>
  );
}

function Fields({ entry }: { entry: PacketEntry }): VNode | null {
  if (entry.fields === undefined || entry.fields.length === 0) return null;
  return (
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">byte</th>
            <th scope="col">field</th>
            <th scope="col">value</th>
          </tr>
        </thead>
        <tbody>
          {entry.fields.map(({ name, offset, length, value, problem }) => (
            <tr key={`${offset} ${name}`}>
              <td>{length > 1 ? `${offset}–${offset + length - 1}` : offset}</td>
              <td>{name}</td>
              <td>
                {shown(value, 200)} {problem === undefined ? null : <span class="find">{shown(problem)}</span>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
