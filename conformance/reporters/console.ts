// The run on a terminal. In: events. Out: a live line, failures at once, a table at the end.
import type { Reporter, RunEvent } from '../verdict/events.ts';
import type { Report } from '../verdict/report.ts';
import type { ScenarioResult } from '../verdict/verdict.ts';
import { closingLines } from './console-summary.ts';
import { evidenceLines, summaryLine } from './evidence.ts';
import { LiveLine } from './live-line.ts';
import type { Output } from './output.ts';
import { type Look, Style } from './style.ts';
import { wrap } from './text.ts';
import { Waits } from './waits.ts';

export interface ConsoleOptions extends Look {
  readonly output: Output;
  /** One line is redrawn while the run goes on. */
  readonly live: boolean;
  /** Every scenario is shown. */
  readonly verbose: boolean;
  /** Only the end is shown. */
  readonly quiet: boolean;
  readonly target?: string;
  /** Where the HTML report will lie. */
  readonly reportPath?: string;
  /** The system's, unless told otherwise. */
  readonly clock?: ConsoleClock;
}

/** Where the output is no terminal, progress is told so often. */
const progressSteps = 4;
/** A live line that tells how long something takes is redrawn so often. */
const redrawMs = 200;

/** Milliseconds that only go forward, and a call again and again until it is stopped. */
export interface ConsoleClock {
  now(): number;
  every(ms: number, call: () => void): { stop(): void };
}

const systemClock: ConsoleClock = {
  now: () => performance.now(),
  every: (ms, call) => {
    const timer = setInterval(call, ms).unref();
    return { stop: () => clearInterval(timer) };
  },
};

export function consoleReporter(options: ConsoleOptions): Reporter {
  const run = new ConsoleRun(options);
  return { receive: (event) => run.receive(event), end: () => options.output.done() };
}

class ConsoleRun {
  readonly #options: ConsoleOptions;
  readonly #style: Style;
  readonly #line: LiveLine;
  readonly #clock: ConsoleClock;
  readonly #redraw: { stop(): void } | undefined;
  readonly #waits = new Waits();
  /** What failed and was told of, by scenario and protocol. */
  readonly #told = new Set<string>();
  #planned = 0;
  #started = 0;
  #done = 0;
  #failed = 0;
  #toldSteps = 0;

  constructor(options: ConsoleOptions) {
    const { output, columns, live, quiet, clock = systemClock } = options;
    this.#options = options;
    this.#style = new Style(options);
    this.#clock = clock;
    const enabled = live && !quiet;
    this.#line = new LiveLine({ write: (text) => output.write(text), columns, enabled });
    this.#redraw = enabled ? clock.every(redrawMs, () => this.#show()) : undefined;
  }

  receive(event: RunEvent): void {
    switch (event.type) {
      case 'run:start':
        this.#planned = event.planned;
        if (!this.#options.quiet)
          this.#print(this.#wrapped(`mqttspec ${event.header.tool.version} judges ${event.header.address}`));
        break;
      case 'target:known':
        if (!this.#options.quiet && event.target.version !== undefined) {
          this.#print(this.#wrapped(`it calls itself ${event.target.version}`));
        }
        break;
      case 'run:planned':
        this.#planned = event.results;
        break;
      case 'scenario:start':
        this.#started++;
        break;
      case 'scenario:waits':
        this.#waits.begin(event, this.#clock.now());
        break;
      case 'scenario:fails':
        this.#fails(event.result);
        break;
      case 'scenario:end':
        this.#ended(event.result);
        break;
      case 'run:end':
        this.#ends(event.report);
        return;
    }
    this.#show();
  }

  #ends(report: Report): void {
    this.#redraw?.stop();
    this.#line.clear();
    const { reportPath, verbose } = this.#options;
    const where = reportPath === undefined ? {} : { reportPath };
    this.#print(closingLines(report, { style: this.#style, verbose, ...where }));
  }

  #show(): void {
    this.#line.show(this.#style.safe(this.#progress(this.#clock.now())));
  }

  /** Told at once; whether it is stable shows later. */
  #fails(result: ScenarioResult): void {
    this.#failed++;
    this.#told.add(keyOf(result));
    this.#waits.end(result);
    if (!this.#options.quiet) this.#print(['', ...this.#block(result)]);
  }

  #ended(result: ScenarioResult): void {
    this.#done++;
    this.#waits.end(result);
    const told = this.#told.has(keyOf(result));
    if (result.verdict === 'fail' && !told) this.#failed++;
    if (result.verdict !== 'fail' && told) this.#failed--;
    const { quiet, verbose, live } = this.#options;
    if (quiet) return;
    if (told) this.#print(this.#afterRepeats(result));
    else if (result.verdict === 'fail' || result.verdict === 'error') this.#print(['', ...this.#block(result)]);
    else if (verbose || result.verdict === 'inconclusive') this.#print(this.#brief(result));
    const step = Math.floor((this.#done / Math.max(1, this.#planned, this.#started)) * progressSteps);
    if (!live && !verbose && step > this.#toldSteps && step < progressSteps) {
      this.#toldSteps = step;
      this.#print(this.#wrapped(this.#progress()));
    }
  }

  /** Nothing of a failure that was told of, and is stable. */
  #afterRepeats(result: ScenarioResult): string[] {
    if (result.verdict !== 'fail') return this.#brief(result);
    const { stability, title, id } = result;
    if (stability === undefined || stability.same === stability.runs) return [];
    return this.#wrapped(`unstable, ${stability.same} of ${stability.runs} times the same: ${title} (${id})`);
  }

  /** A failure: everything that one needs to believe it. */
  #block(result: ScenarioResult): string[] {
    const { target } = this.#options;
    const { columns } = this.#style;
    const indent = '  ';
    const title = wrap(result.title, { columns, first: `${this.#style.symbol(result.verdict)} ` });
    const evidence = evidenceLines(result, {
      columns: columns - indent.length,
      traceEntries: 8,
      ...(target === undefined ? {} : { target }),
    });
    const place = wrap(`${result.id}, MQTT ${result.protocol}, section ${result.section}`, { columns, first: indent });
    return [
      ...title.map((line) => this.#style.paint(result.verdict, line)),
      ...place.map((line) => this.#style.dim(line)),
      ...evidence.map((line) => `${indent}${line}`),
    ];
  }

  /** A line or two for everything else. */
  #brief(result: ScenarioResult): string[] {
    const { verdict } = result;
    const why = verdict === 'pass' ? '' : `: ${summaryOf(result)}`;
    const lines = this.#wrapped(`${result.title} (${result.id})${why}`, `${this.#style.symbol(verdict)} ${verdict} `);
    return lines.map((line, i) => (i === 0 ? this.#style.paint(verdict, line) : line));
  }

  #wrapped(text: string, first = ''): string[] {
    return wrap(text, { columns: this.#style.columns, first });
  }

  /** With the time, also how long it takes. */
  #progress(now?: number): string {
    const total = Math.max(this.#planned, this.#started, this.#done);
    const failed = this.#failed === 0 ? '' : `, ${this.#failed} failed`;
    return `${this.#done} of ${total} done${failed}${this.#waits.text(now)}`;
  }

  #print(lines: readonly string[]): void {
    this.#line.clear();
    for (const line of lines) this.#options.output.write(`${this.#style.safe(line)}\n`);
  }
}

function summaryOf(result: ScenarioResult): string {
  const seen = result.checks.filter(({ verdict }) => verdict === result.verdict && verdict !== 'inconclusive');
  return seen.length === 0 ? summaryLine(result) : seen.map(({ got }) => got).join('; ');
}

const keyOf = ({ id, protocol }: ScenarioResult): string => `${id} ${protocol}`;
