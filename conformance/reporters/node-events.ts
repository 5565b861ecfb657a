// Results as the events of Node's test runner. In: results and the report. Out: what `node:test/reporters` understands. See docs/report-format.md.
import { inspect } from 'node:util';
import type { Report } from '../verdict/report.ts';
import type { ScenarioResult } from '../verdict/verdict.ts';
import { evidenceLines, summaryLine, whyNoVerdict } from './evidence.ts';
import { count, oneLine, visible } from './text.ts';

interface TestPlace {
  readonly name: string;
  readonly nesting: number;
}

interface TestEnd extends TestPlace {
  readonly testNumber: number;
  readonly skip?: string;
}

/** The events that we emit, in the shapes of Node 20 to 24. */
export type NodeTestEvent =
  | { readonly type: 'test:start'; readonly data: TestPlace }
  | { readonly type: 'test:pass'; readonly data: TestEnd & { readonly details: Details } }
  | { readonly type: 'test:fail'; readonly data: TestEnd & { readonly details: Details & { readonly error: Failure } } }
  | { readonly type: 'test:plan'; readonly data: { readonly nesting: number; readonly count: number } }
  | { readonly type: 'test:diagnostic'; readonly data: { readonly nesting: number; readonly message: string } }
  | {
      readonly type: 'test:summary';
      readonly data: {
        readonly counts: Readonly<Record<SummaryCount, number>>;
        readonly duration_ms: number;
        readonly success: boolean;
      };
    };

type SummaryCount = 'tests' | 'suites' | 'passed' | 'failed' | 'cancelled' | 'skipped' | 'todo' | 'topLevel';

interface Details {
  readonly duration_ms: number;
  readonly type?: 'suite';
}

/** Why a test of this stream failed; reporters tell them apart as JUnit's `type`. */
export type FailureType = 'violation' | 'mqttspecError' | 'noVerdict' | 'subtestsFailed';

interface FailureText {
  readonly failureType: FailureType;
  /** One line. */
  readonly message: string;
  /** Any number of lines. */
  readonly evidence: string;
}

/** Evidence in the shape of an error, without a stack: where our code stood says nothing about the target. */
export class Failure extends Error {
  readonly code = 'ERR_MQTTSPEC_VERDICT';
  readonly failureType: FailureType;
  /** For TAP, which shows it as it is: with a margin, so that no line looks like a test point to a careless parser. */
  readonly evidence: string;
  /** Reporters unwrap the error of Node's runner: here both say the same. */
  override readonly cause: Error;

  constructor({ failureType, message, evidence }: FailureText) {
    super(inYaml(message));
    this.failureType = failureType;
    this.evidence = evidence.replace(/^/gm, '| ');
    this.cause = withoutStack(new Error(evidence));
    withoutStack(this);
  }

  [inspect.custom](): string {
    return this.cause.message;
  }
}

/** Node quotes as JavaScript does, which is no YAML where a text has both kinds of quotation marks. */
const inYaml = (text: string): string => (text.includes('"') ? text.replaceAll("'", '’') : text);

/** Node leaves `>` as it is, and "]]>" is not allowed in the text of an element. */
const inXml = (text: string): string => visible(text).replaceAll(']]>', ']]\\u003e');

function withoutStack<T extends Error>(error: T): T {
  error.stack = '';
  return error;
}

export interface StreamOptions {
  /** The address as the user gave it. */
  readonly target?: string;
}

interface Place {
  readonly nesting: number;
  readonly testNumber: number;
}

/** One scenario. Warnings and observations pass, with a remark; what is inconclusive or skipped is a skip with its reason. */
export function scenarioEvents(result: ScenarioResult, place: Place, options: StreamOptions): NodeTestEvent[] {
  const { nesting, testNumber } = place;
  const name = nameOf(result);
  const details = { duration_ms: result.durationMs };
  const start = { type: 'test:start', data: { name, nesting } } as const;
  const end = { name, nesting, testNumber };
  const passed = { type: 'test:pass', data: { ...end, details } } as const;
  const remark = (text: string): NodeTestEvent => ({
    type: 'test:diagnostic',
    data: { nesting, message: oneLine(`${result.verdict} in ${result.id}: ${text}`) },
  });
  switch (result.verdict) {
    case 'pass':
      return [start, passed];
    case 'warn':
    case 'observed':
      return [start, passed, ...remarkable(result).map(remark)];
    case 'skipped':
      return [start, { type: 'test:pass', data: { ...end, details, skip: summaryLine(result) } }];
    case 'inconclusive':
      return [start, { type: 'test:pass', data: { ...end, details, skip: `inconclusive: ${summaryLine(result)}` } }];
    case 'fail':
      return [
        start,
        { type: 'test:fail', data: { ...end, details: { ...details, error: failureOf(result, options) } } },
      ];
    case 'error':
      return [
        start,
        { type: 'test:fail', data: { ...end, details: { ...details, error: failureOf(result, options) } } },
      ];
  }
}

const nameOf = ({ title, id, protocol, cites }: ScenarioResult): string =>
  oneLine(`${title} [${[id, ...(protocol === '3.1' ? ['MQTT 3.1'] : []), ...cites].join(', ')}]`);

const remarkable = ({ checks, verdict }: ScenarioResult): string[] =>
  checks.filter((check) => check.verdict === verdict).map(({ expected, got }) => `${got} (${expected})`);

function failureOf(result: ScenarioResult, { target }: StreamOptions): Failure {
  const lines = evidenceLines(result, { columns: 100, traceEntries: 40, ...(target === undefined ? {} : { target }) });
  return new Failure({
    failureType: result.verdict === 'fail' ? 'violation' : 'mqttspecError',
    message: summaryLine(result),
    evidence: inXml(lines.join('\n')),
  });
}

/** All scenarios, a suite for each section, and the end of the run. */
export function reportEvents(report: Report, options: StreamOptions): NodeTestEvent[] {
  const sections = report.summary.sections.map(({ section }) => section);
  const suites = sections.flatMap((section, i) => {
    const results = report.scenarios.filter((result) => result.section === section);
    return suiteEvents({ section, results, testNumber: i + 1 }, options);
  });
  return [...suites, ...runEvents(report, sections.length + 1), ...endEvents(report, sections.length)];
}

interface Suite {
  readonly section: string;
  readonly results: readonly ScenarioResult[];
  readonly testNumber: number;
}

function suiteEvents({ section, results, testNumber }: Suite, options: StreamOptions): NodeTestEvent[] {
  const failed = results.filter(({ verdict }) => looksFailed(verdict)).length;
  const durationMs = results.reduce((sum, result) => sum + result.durationMs, 0);
  const details = { duration_ms: durationMs, type: 'suite' } as const;
  const end = { name: section, nesting: 0, testNumber };
  const message = `${count(failed, 'scenario')} failed`;
  return [
    { type: 'test:start', data: { name: section, nesting: 0 } },
    ...results.flatMap((result, i) => scenarioEvents(result, { nesting: 1, testNumber: i + 1 }, options)),
    { type: 'test:plan', data: { nesting: 1, count: results.length } },
    failed === 0
      ? { type: 'test:pass', data: { ...end, details } }
      : {
          type: 'test:fail',
          data: {
            ...end,
            details: { ...details, error: new Failure({ failureType: 'subtestsFailed', message, evidence: message }) },
          },
        },
  ];
}

const looksFailed = (verdict: ScenarioResult['verdict']): boolean => verdict === 'fail' || verdict === 'error';

/** A run without verdict must not look green, whatever passed before: it ends in a failing test of its own. */
export function runEvents(report: Report, testNumber: number): NodeTestEvent[] {
  const { run } = report;
  if (run.exitCode === 0 || run.exitCode === 1) return [];
  const name = 'The run comes to a verdict';
  const message = whyNoVerdict(report);
  const error = new Failure({ failureType: 'noVerdict', message, evidence: inXml(run.reason ?? message) });
  return [
    { type: 'test:start', data: { name, nesting: 0 } },
    { type: 'test:fail', data: { name, nesting: 0, testNumber, details: { duration_ms: run.durationMs, error } } },
  ];
}

/** Plan, diagnostics and summary; `topLevel` is the number of tests that are nobody's children, without that of the run. */
export function endEvents({ run, summary, scenarios }: Report, topLevel: number): NodeTestEvent[] {
  const { scenarios: counts, sections } = summary;
  const withoutVerdict = run.exitCode === 3 || run.exitCode === 130 ? 1 : 0;
  const totals = {
    tests: scenarios.length + withoutVerdict,
    suites: sections.length,
    passed: counts.pass + counts.warn + counts.observed,
    failed: counts.fail + counts.error + withoutVerdict,
    cancelled: 0,
    skipped: counts.skipped + counts.inconclusive,
    todo: 0,
    topLevel: topLevel + withoutVerdict,
  };
  const { tests, suites, passed, failed, cancelled, skipped, todo } = totals;
  const messages = {
    tests,
    suites,
    pass: passed,
    fail: failed,
    cancelled,
    skipped,
    todo,
    duration_ms: run.durationMs,
    warnings: counts.warn,
    inconclusive: counts.inconclusive,
  };
  return [
    { type: 'test:plan', data: { nesting: 0, count: totals.topLevel } },
    ...Object.entries(messages).map(
      ([name, value]): NodeTestEvent => ({
        type: 'test:diagnostic',
        data: { nesting: 0, message: `${name} ${value}` },
      }),
    ),
    { type: 'test:summary', data: { counts: totals, duration_ms: run.durationMs, success: run.exitCode === 0 } },
  ];
}
