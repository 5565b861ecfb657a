// Reporters by name. In: a name and where to write. Out: a reporter.
import { resolve } from 'node:path';
import type { Reporter } from '../verdict/events.ts';
import { badgeReporter } from './badge.ts';
import { consoleReporter } from './console.ts';
import { githubReporter } from './github.ts';
import { htmlReporter } from './html.ts';
import { jsonReporter } from './json.ts';
import { nodeReporter } from './node-stream.ts';
import { fileOutput, streamOutput } from './output.ts';

export const reporterNames: readonly string[] = [
  'console',
  'tap',
  'junit',
  'spec',
  'dot',
  'json',
  'html',
  'github',
  'badge',
];

/** What a reporter asks of the stream that it writes to. */
export interface Terminal {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface ReporterOptions {
  /** Where it writes; standard output unless told otherwise. */
  readonly file?: string;
  readonly stdout?: Terminal;
  /** The address as the user gave it: for the command that plays a scenario alone. */
  readonly target?: string;
  /** Where the HTML report will lie. */
  readonly reportPath?: string;
  readonly verbose?: boolean;
  readonly quiet?: boolean;
}

/** Throws a RangeError that lists the names for any other. */
export function createReporter(name: string, options: ReporterOptions = {}): Reporter {
  const { file, stdout = process.stdout, target, reportPath, verbose = false, quiet = false } = options;
  const output = (): ReturnType<typeof fileOutput> => (file === undefined ? streamOutput(stdout) : fileOutput(file));
  const common = target === undefined ? {} : { target };
  switch (name) {
    case 'console':
      return consoleReporter({
        ...common,
        ...(reportPath === undefined ? {} : { reportPath }),
        output: output(),
        verbose,
        quiet,
        ...(file === undefined ? lookOf(stdout) : { live: false, colours: false, unicode: true, columns: 80 }),
      });
    case 'tap':
    case 'junit':
    case 'spec':
    case 'dot':
      return nodeReporter({ ...common, name, output: output(), colours: file === undefined && lookOf(stdout).colours });
    case 'json':
      return jsonReporter(output());
    case 'html':
      return htmlReporter({ file: file ?? reportPath ?? resolve('mqttspec-report.html') });
    case 'github':
      return githubReporter({
        ...common,
        output: output(),
        ...(process.env['GITHUB_STEP_SUMMARY'] === undefined
          ? {}
          : { summaryFile: process.env['GITHUB_STEP_SUMMARY'] }),
      });
    case 'badge':
      return badgeReporter({ file: file ?? resolve('mqttspec-badge.svg') });
    default:
      throw new RangeError(`unknown reporter ${name}: use ${reporterNames.join(', ')}`);
  }
}

/** What the environment says of the terminal. */
export interface Environment {
  readonly NO_COLOR?: string | undefined;
  readonly FORCE_COLOR?: string | undefined;
  readonly TERM?: string | undefined;
  readonly LC_ALL?: string | undefined;
  readonly LC_CTYPE?: string | undefined;
  readonly LANG?: string | undefined;
  readonly WT_SESSION?: string | undefined;
}

/** What a terminal can show. https://no-color.org */
export function lookOf(
  { isTTY = false, columns = 0 }: Terminal,
  env: Environment = process.env,
): { readonly live: boolean; readonly colours: boolean; readonly unicode: boolean; readonly columns: number } {
  const wanted = env.NO_COLOR === undefined || env.NO_COLOR === '';
  const forced = env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '' && env.FORCE_COLOR !== '0';
  const dumb = env.TERM === 'dumb';
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
  return {
    live: isTTY && !dumb,
    colours: wanted && (forced || (isTTY && !dumb)),
    unicode: /utf-?8/i.test(locale) || env.WT_SESSION !== undefined,
    // Some terminals that don't know their width say 0.
    columns: columns || 80,
  };
}
