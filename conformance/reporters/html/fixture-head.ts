// What a scenario exchanged can be kept as a fixture (fixtures/README.md). In: a result. Out: the head of that text.
import { fixtureMark } from '../../replay/parse-fixture.ts';
import type { Report } from '../../verdict/report.ts';
import type { ScenarioResult } from '../../verdict/verdict.ts';
import type { TraceEntry } from '../../wire/trace.ts';
import { commandAlone } from '../evidence.ts';
import { oneLine } from '../text.ts';
import { drawnLanes, troubles, wholeOf } from './lanes.ts';

/** Undefined where the ladder does not hold every byte, or a name stands for several connections. */
export function fixtureHead(result: ScenarioResult, { run, target }: Report): string | undefined {
  if (!isWhole(result)) return undefined;
  const violates = [...new Set(troubles(result).flatMap(({ statements }) => statements))];
  const broker = target?.version;
  return [
    fixtureMark,
    `title: ${oneLine(result.title)}`,
    `client: mqttspec ${run.tool.version}`,
    ...(broker === undefined ? [] : [`broker: ${oneLine(broker)}`]),
    `recorder: mqttspec ${run.tool.version}`,
    `capture: ${oneLine(commandAlone(result, run.address))}`,
    ...violates.map((id) => `violates: ${id}`),
  ].join('\n');
}

function isWhole(result: ScenarioResult): boolean {
  const { trace } = result;
  const opened = trace.filter(({ kind }) => kind === 'opened').map(({ connection }) => connection);
  return (
    opened.length > 0 &&
    new Set(opened).size === opened.length &&
    opened.length <= drawnLanes &&
    trace.every(isKept) &&
    wholeOf(result, new Set()).every((index) => typeof index === 'number')
  );
}

const isKept = (entry: TraceEntry): boolean =>
  entry.kind === 'note'
    ? !/^\d+ entries left out$/.test(entry.text)
    : !('hex' in entry) || entry.hex.length === entry.length * 2;
