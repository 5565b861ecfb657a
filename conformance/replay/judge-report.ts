// A judgement → the report of a run, so that the reporters of runs show it. In: what was judged, and where it came from.
import { catalogue } from '../spec/catalogue.ts';
import { exitCode, statementResults, summarise } from '../verdict/compute.ts';
import type { Reporter } from '../verdict/events.ts';
import type { Report, RunHeader } from '../verdict/report.ts';
import type { Judgement } from './judgement.ts';

export interface JudgedSource {
  /** The file, or the address of a recorded broker. */
  readonly address: string;
  readonly version: string;
  readonly startedAt: Date;
  readonly durationMs: number;
  /** What could not be judged, in words. */
  readonly remarks: readonly string[];
}

export function judgeReport(judgement: Judgement, source: JudgedSource): Report {
  const { address, version, startedAt, durationMs, remarks } = source;
  const { judged, left } = judgement;
  const scenarios = judgement.results();
  const header: RunHeader = {
    runId: 'judge',
    tool: { name: 'mqttspec', version },
    seed: 0,
    address,
    options: {
      judged: `${judged} connections`,
      'of other protocols': `${left} connections`,
      ...(remarks.length === 0 ? {} : { remarks }),
    },
    startedAt: startedAt.toISOString(),
  };
  return {
    format: 'mqttspec-report',
    formatVersion: 1,
    run: {
      ...header,
      endedAt: new Date(startedAt.getTime() + durationMs).toISOString(),
      durationMs: Math.round(durationMs),
      complete: true,
      endedBy: 'finished',
      exitCode: exitCode({ endedBy: 'finished', scenarios }),
      scenarioMs: 0,
      ...(judged === 0 ? { reason: 'no connection of MQTT 3.1.1 was seen: invariants are those of its text' } : {}),
    },
    target: { address, protocols: ['3.1.1'], capabilities: [] },
    summary: summarise(scenarios),
    statements: statementResults(scenarios, catalogue),
    scenarios,
  };
}

/** Tells reporters of a judgement as if it were a run. Resolves when all is written. */
export async function tellReporters(report: Report, reporters: readonly Reporter[]): Promise<void> {
  const { run, target, scenarios } = report;
  for (const reporter of reporters) {
    reporter.receive({ type: 'run:start', header: run, planned: scenarios.length });
    if (target !== null) reporter.receive({ type: 'target:known', target });
    for (const result of scenarios) reporter.receive({ type: 'scenario:end', result });
    reporter.receive({ type: 'run:end', report });
  }
  await Promise.all(reporters.map((reporter) => reporter.end()));
}
