// Report files, as `--reporter json` writes them. In: a path. Out: the report, or one line that tells what is wrong with the file.
import { readFileSync } from 'node:fs';
import { UsageError } from '../../reference/cli/usage-error.ts';
import type { Report } from '../verdict/report.ts';
import { NoReport, reportOf } from '../verdict/report-of.ts';
import { whyNot } from './why-not.ts';

/** Reads a report, also of an older version. Throws UsageError where the file cannot be read or is no report. */
export function readReport(file: string): Report {
  const value = parsed(file);
  try {
    return reportOf(value);
  } catch (error) {
    if (error instanceof NoReport) throw new UsageError(`${file} ${error.message}`, { cause: error });
    throw error;
  }
}

function parsed(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UsageError(`cannot read ${file}: ${whyNot(error)}`, { cause: error });
  }
}
