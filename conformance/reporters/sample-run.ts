// A small run with every verdict, for the tests of reporters. In: what shall differ. Out: its events.
import { catalogue } from '../spec/catalogue.ts';
import { exitCode, statementResults, summarise } from '../verdict/compute.ts';
import type { Reporter, RunEvent } from '../verdict/events.ts';
import { eventsOf } from '../verdict/events-of.ts';
import type { Report, RunHeader, TargetDescription } from '../verdict/report.ts';
import type { ScenarioResult } from '../verdict/verdict.ts';

const header: RunHeader = {
  runId: 'k3q9',
  tool: { name: 'mqttspec', version: '0.1.0' },
  seed: 42,
  address: 'mqtt://127.0.0.1:1883',
  options: { only: [], timeout: 1_500, concurrency: 24 },
  startedAt: '2025-01-02T03:04:05.678Z',
  machine: { node: 'v20.19.5', system: 'linux x64', processors: 2 },
};

const target: TargetDescription = {
  address: 'mqtt://127.0.0.1:1883',
  version: 'example broker 1.0',
  protocols: ['3.1.1', '3.1'],
  capabilities: [{ name: 'maximum QoS', value: 2, evidence: 'SUBACK 90 03 0001 02' }],
};

/** A scenario's result: a pass of MQTT-3.12.4-1 unless told otherwise. */
export function sampleResult(parts: Partial<ScenarioResult> = {}): ScenarioResult {
  return {
    id: 'pingreq-answered',
    title: 'A PINGREQ is answered with a PINGRESP',
    section: '3.12-pingreq',
    protocol: '3.1.1',
    verdict: 'pass',
    cites: ['MQTT-3.12.4-1'],
    checks: [{ verdict: 'pass', statements: ['MQTT-3.12.4-1'], expected: 'PINGRESP', got: 'as expected' }],
    trace: [],
    startedAt: 10,
    durationMs: 2.5,
    ...parts,
  };
}

export const sampleFailure: ScenarioResult = sampleResult({
  id: 'overlap-highest-qos',
  title: 'Overlapping filters deliver at the highest granted QoS',
  section: '3.3-publish',
  verdict: 'fail',
  cites: ['MQTT-3.3.5-1', 'MQTT-4.7.1-1'],
  checks: [
    {
      verdict: 'fail',
      statements: ['MQTT-3.3.5-1'],
      expected: 'PUBLISH with QoS 2',
      got: 'PUBLISH with QoS 0',
      traceIndex: 3,
    },
  ],
  trace: [
    { kind: 'opened', at: 20, connection: 'subscriber', to: '127.0.0.1:1883' },
    { kind: 'sent', at: 21, connection: 'subscriber', length: 2, hex: 'c000', summary: 'PINGREQ' },
    { kind: 'note', at: 22, text: 'the route works' },
    {
      kind: 'received',
      at: 23,
      connection: 'subscriber',
      length: 8,
      hex: '3006000361',
      summary: 'PUBLISH "a/b" QoS 0, 1 byte',
      fields: [{ name: 'Topic Name', offset: 2, length: 5, value: 'a/b' }],
      findings: ['lower QoS than granted'],
    },
    { kind: 'ended', at: 24, connection: 'subscriber', by: 'tester', how: 'FIN' },
  ],
  stability: { runs: 3, same: 3 },
});

/** One result of each verdict. */
export const sampleResults: readonly ScenarioResult[] = [
  sampleResult(),
  sampleFailure,
  sampleResult({
    id: 'connect-closed-silently',
    title: 'A refused CONNECT is closed without an answer',
    section: '3.1-connect',
    verdict: 'warn',
    cites: ['SHOULD-NOT-4.8-a'],
    checks: [
      { verdict: 'warn', statements: ['SHOULD-NOT-4.8-a'], expected: 'others undisturbed', got: 'a slow answer' },
    ],
  }),
  sampleResult({
    id: 'overlap-copies',
    title: 'Copies for overlapping filters',
    section: '3.3-publish',
    verdict: 'observed',
    cites: ['MQTT-3.3.5-1'],
    checks: [
      { verdict: 'observed', statements: ['MQTT-3.3.5-1'], expected: 'left open by the standard', got: 'one copy' },
    ],
  }),
  sampleResult({
    id: 'websocket-frames',
    title: 'Packets come in binary frames',
    section: '6-websocket',
    verdict: 'skipped',
    cites: ['MQTT-6.0.0-1'],
    reason: 'needs a WebSocket address (ws:// or wss://)',
    checks: [],
  }),
  sampleResult({
    id: 'will-on-cut',
    title: 'The will is published when the connection is cut',
    section: '3.1-connect',
    verdict: 'inconclusive',
    cites: ['MQTT-3.1.2-8'],
    reason: 'the watcher got no SUBACK',
    checks: [
      { verdict: 'inconclusive', statements: [], expected: 'the conditions of this scenario', got: 'no SUBACK' },
    ],
  }),
  sampleResult({
    id: 'session-kept',
    title: 'A session is kept',
    section: '3.1-connect',
    verdict: 'error',
    cites: ['MQTT-3.1.2-4'],
    reason: 'an error of mqttspec itself: TypeError: x is undefined\n    at play (session.ts:3:1)',
    checks: [],
  }),
  sampleResult({
    id: 'level-3',
    title: 'Level 3 is accepted',
    section: '3.1-connect',
    protocol: '3.1',
    cites: ['MQTT31-01'],
    checks: [],
  }),
];

export interface SampleOptions {
  readonly results?: readonly ScenarioResult[];
  readonly endedBy?: Report['run']['endedBy'];
  readonly reason?: string;
}

export function sampleReport({ results = sampleResults, endedBy = 'finished', reason }: SampleOptions = {}): Report {
  return {
    format: 'mqttspec-report',
    formatVersion: 1,
    run: {
      ...header,
      endedAt: '2025-01-02T03:04:17.678Z',
      durationMs: 12_000,
      complete: endedBy === 'finished',
      endedBy,
      exitCode: exitCode({ endedBy, scenarios: results }),
      scenarioMs: 20,
      ...(reason === undefined ? {} : { reason }),
    },
    target: results.length === 0 ? null : target,
    summary: summarise(results),
    statements: statementResults(results, catalogue),
    scenarios: results,
  };
}

/** The events of such a run, in their order. */
export const sampleEvents = (options: SampleOptions = {}): RunEvent[] => eventsOf(sampleReport(options));

/** Gives a reporter all events, and waits for it. */
export async function report(reporter: Reporter, events: readonly RunEvent[] = sampleEvents()): Promise<void> {
  for (const event of events) reporter.receive(event);
  await reporter.end();
}
