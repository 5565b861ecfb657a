// Options about reports → reporters.
import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { UsageError } from '../../reference/cli/usage-error.ts';
import { createReporter, type ReporterOptions, reporterNames } from '../reporters/registry.ts';
import type { Reporter } from '../verdict/events.ts';
import { madeFolder } from './made-folder.ts';

export interface ReportOptions {
  /** `name`, or `name=file`. */
  readonly reporter: readonly string[];
  /** Folder of index.html and report.json. */
  readonly out: string;
  readonly verbose?: boolean;
  readonly quiet?: boolean;
  readonly target?: string;
}

/** Those that leave the terminal to the console: they write a file, or add to what it says. */
const besideConsole: ReadonlySet<string> = new Set(['html', 'badge', 'github']);

/** One that a user asks for as `name` or `name=file`. Throws UsageError for a name that there is not, or a file that cannot be. */
export function namedReporter(text: string, options: ReporterOptions): Reporter {
  const equals = text.indexOf('=');
  const name = equals < 0 ? text : text.slice(0, equals);
  if (!reporterNames.includes(name)) throw new UsageError(`unknown reporter ${name}: use ${reporterNames.join(', ')}`);
  return createReporter(name, { ...options, ...(equals < 0 ? {} : { file: writable(text.slice(equals + 1)) }) });
}

/** Told before anything is played: it is written when all is over. */
function writable(file: string): string {
  madeFolder(dirname(file));
  if (file === '' || statSync(file, { throwIfNoEntry: false })?.isDirectory() === true)
    throw new UsageError(`cannot write ${file}: ${file === '' ? 'name a file behind =' : 'it is a folder'}`);
  return file;
}

/** The reporters that a user asks for, beside those that write the report's folder. Throws UsageError for a name that there is not. */
export function reportersOf(options: ReportOptions): Reporter[] {
  const { reporter, out, verbose = false, quiet = false, target } = options;
  madeFolder(out);
  const reportPath = resolve(out, 'index.html');
  const style = { verbose, quiet, reportPath, ...(target === undefined ? {} : { target }) };
  const named = reporter.map((text) => namedReporter(text, style));
  const onTerminal = reporter.some((text) => !text.includes('=') && !besideConsole.has(text));
  const onGithub = process.env['GITHUB_ACTIONS'] === 'true';
  return [
    ...(onTerminal ? [] : [createReporter('console', style)]),
    ...named,
    ...(onGithub && !onTerminal && !reporter.some((text) => text.startsWith('github'))
      ? [createReporter('github', style)]
      : []),
    createReporter('json', { file: resolve(out, 'report.json') }),
    createReporter('html', { file: reportPath }),
  ];
}
