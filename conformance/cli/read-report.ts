// Report files, as `--reporter json` writes them. In: a path. Out: the report, or one line that tells what is wrong with the file.
import { readFileSync } from 'node:fs';
import { UsageError } from '../../reference/cli/usage-error.ts';
import type { Report } from '../verdict/report.ts';

/** Throws UsageError where the file cannot be read or is no report. */
export function readReport(file: string): Report {
  const value = parsed(file);
  if (typeof value !== 'object' || value === null || !('format' in value) || value.format !== 'mqttspec-report')
    throw new UsageError(`${file} is no report of mqttspec: expected a report.json as --out writes it`);
  const { formatVersion } = value as { readonly formatVersion?: unknown };
  if (formatVersion !== 1)
    throw new UsageError(`${file} is a report of format ${String(formatVersion)}: this version reads format 1`);
  return value as unknown as Report;
}

function parsed(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const { message } = error as Error;
    throw new UsageError(`cannot read ${file}: ${message.split('\n')[0]}`, { cause: error });
  }
}
