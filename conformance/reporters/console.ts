// The run on a terminal. In: events. Out: a live line, failures at once, a table at the end.
import type { Reporter, RunEvent } from '../verdict/events.ts';
import type { ScenarioResult } from '../verdict/verdict.ts';
import { closingLines } from './console-summary.ts';
import { evidenceLines, summaryLine } from './evidence.ts';
import { LiveLine } from './live-line.ts';
import type { Output } from './output.ts';
import { type Look, Style } from './style.ts';
import { wrap } from './text.ts';

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
}

/** Where the output is no terminal, progress is told so often. */
const progressSteps = 4;

export function consoleReporter(options: ConsoleOptions): Reporter {
  const run = new ConsoleRun(options);
  return { receive: (event) => run.receive(event), end: () => options.output.done() };
}

class ConsoleRun {
  readonly #options: ConsoleOptions;
  readonly #style: Style;
  readonly #line: LiveLine;
  #planned = 0;
  #started = 0;
  #done = 0;
  #failed = 0;
  #toldSteps = 0;
  /** What the scenarios that are being played wait for. */
  readonly #waits = new Map<string, string>();

  constructor(options: ConsoleOptions) {
    this.#options = options;
    this.#style = new Style(options);
    this.#line = new LiveLine({
      write: (text) => options.output.write(text),
      columns: options.columns,
      enabled: options.live && !options.quiet,
    });
  }

  receive(event: RunEvent): void {
    switch (event.type) {
      case 'run:start':
        this.#planned = event.planned;
        if (!this.#options.quiet) this.#print([`mqttspec ${event.header.tool.version} judges ${event.header.address}`]);
        break;
      case 'target:known':
        if (!this.#options.quiet && event.target.version !== undefined) {
          this.#print(this.#wrapped(`it calls itself ${event.target.version}`));
        }
        break;
      case 'scenario:start':
        this.#started++;
        break;
      case 'scenario:waits':
        this.#waits.set(`${event.id} ${event.protocol}`, event.waitsFor);
        break;
      case 'scenario:fails':
        break;
      case 'scenario:end':
        this.#ended(event.result);
        break;
      case 'run:end': {
        this.#line.clear();
        const { reportPath } = this.#options;
        const where = reportPath === undefined ? {} : { reportPath };
        this.#print(closingLines(event.report, { style: this.#style, ...where }));
        return;
      }
    }
    this.#line.show(this.#progress());
  }

  #ended(result: ScenarioResult): void {
    this.#done++;
    this.#waits.delete(`${result.id} ${result.protocol}`);
    if (result.verdict === 'fail') this.#failed++;
    const { quiet, verbose, live } = this.#options;
    if (quiet) return;
    if (result.verdict === 'fail' || result.verdict === 'error') this.#print(['', ...this.#block(result)]);
    else if (verbose || result.verdict === 'inconclusive') this.#print(this.#brief(result));
    const step = Math.floor((this.#done / Math.max(1, this.#planned, this.#started)) * progressSteps);
    if (!live && !verbose && step > this.#toldSteps && step < progressSteps) {
      this.#toldSteps = step;
      this.#print([this.#progress()]);
    }
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

  #progress(): string {
    const total = Math.max(this.#planned, this.#started, this.#done);
    const failed = this.#failed === 0 ? '' : `, ${this.#failed} failed`;
    return `${this.#done} of ${total} done${failed}${waitingFor([...this.#waits.values()])}`;
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

/** `; waiting for 3 x keep-alive`, the most frequent first. */
export function waitingFor(waits: readonly string[]): string {
  if (waits.length === 0) return '';
  const counts = new Map<string, number>();
  for (const what of waits) counts.set(what, (counts.get(what) ?? 0) + 1);
  const parts = [...counts].sort(([, a], [, b]) => b - a).map(([what, n]) => (n === 1 ? what : `${n} x ${what}`));
  return `; waiting for ${parts.join(', ')}`;
}
