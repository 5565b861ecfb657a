// The public door `mqttspec/conformance`: run the suite from a program and get its verdicts as typed values.

import { version } from './cli/version.ts';
import { choose } from './runner/plan.ts';
import { run } from './runner/run.ts';
import { serverScenarios } from './scenarios/all.ts';
import { parseReading } from './spec/readings.ts';
import { parseAddress } from './target/address.ts';
import type { RunEvent } from './verdict/events.ts';
import type { Report } from './verdict/report.ts';
import type { Protocol } from './verdict/verdict.ts';

export { UnknownReading } from './spec/readings.ts';
export { BadAddress } from './target/address.ts';
export type { Reporter, RunEvent } from './verdict/events.ts';
export type { Capability, Machine, Report, RunHeader, SectionSummary, TargetDescription } from './verdict/report.ts';
export type { Check, Protocol, ScenarioResult, StatementResult, StatementVerdict, Verdict } from './verdict/verdict.ts';

export interface ConformanceOptions {
  /** `host:1883`, `mqtt://user:password@host:1883` … */
  readonly target: string;
  /** Where the same target speaks WebSocket: `ws://host:port/path`. */
  readonly websocket?: string;
  /** How disputed sentences are read, such as `dup-at-qos-0=sender-alone`; see `conformance/spec/readings.ts`. */
  readonly readings?: readonly string[];
  /** A topic that the tester may neither publish nor subscribe to. */
  readonly forbiddenTopic?: string;
  /** Ids, sections, statement numbers or words; everything unless told otherwise. */
  readonly only?: readonly string[];
  readonly skip?: readonly string[];
  readonly protocols?: readonly Protocol[];
  /** Longest wait for a reply, in milliseconds. Left out: 400 to 1,500, by how fast the target answers when it is probed. */
  readonly timeoutMs?: number;
  /** How many scenarios are played at the same time. Left out: 24 or 48, by how fast the target is. */
  readonly concurrency?: number;
  /** How often a failing scenario is played again, alone. */
  readonly repeatFailures?: number;
  /** Plays what takes a slow target long all the same. */
  readonly thorough?: boolean;
  readonly seed?: number;
  readonly onEvent?: (event: RunEvent) => void;
  /** Ends the run early; what was measured is reported. */
  readonly signal?: AbortSignal;
}

/** Judges a broker. Throws BadAddress for an address that cannot be used, and UnknownReading; whatever the target does is in the report. */
export function runConformance(options: ConformanceOptions): Promise<Report> {
  const {
    target,
    only = [],
    skip = [],
    protocols,
    timeoutMs,
    concurrency,
    repeatFailures = 4,
    thorough = false,
  } = options;
  const {
    websocket,
    forbiddenTopic,
    readings = [],
    seed = Math.floor(Math.random() * 4_294_967_296),
    onEvent = () => {},
    signal = new AbortController().signal,
  } = options;
  return run({
    address: parseAddress(target),
    hints: {
      ...(websocket === undefined ? {} : { websocket: parseAddress(websocket) }),
      ...(forbiddenTopic === undefined ? {} : { forbiddenTopic }),
    },
    readings: Object.assign({}, ...readings.map(parseReading)),
    scenarios: choose(serverScenarios, { only, skip }),
    ...(protocols === undefined ? {} : { protocols }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(concurrency === undefined ? {} : { concurrency }),
    repeatFailures,
    thorough,
    seed,
    version,
    shownOptions: {
      only,
      skip,
      readings,
      timeout: timeoutMs ?? 'by probing',
      concurrency: concurrency ?? 'by probing',
      repeatFailures,
      thorough,
      seed,
    },
    emit: onEvent,
    interrupted: signal,
  });
}
