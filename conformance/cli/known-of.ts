// Options about what is known beforehand → a baseline and accepted deviations.
import { readFileSync } from 'node:fs';
import { UsageError } from '../../reference/cli/usage-error.ts';
import { BadAcceptFile, parseAccepted } from '../comparison/accepted.ts';
import type { Known } from '../comparison/judgement.ts';
import { readReport } from './read-report.ts';
import { whyNot } from './why-not.ts';

export interface KnownOptions {
  /** A report of an earlier run. */
  readonly baseline?: string;
  /** A file of accepted deviations. */
  readonly accept?: string;
  readonly strictAccept?: boolean;
}

/** Undefined where nothing is known. Throws UsageError where a file is not what it should be: before anything is played. */
export function knownOf({ baseline, accept, strictAccept = false }: KnownOptions): Known | undefined {
  if (strictAccept && accept === undefined) throw new UsageError('--strict-accept goes with --accept <file.yaml>');
  if (baseline === undefined && accept === undefined) return undefined;
  return {
    ...(baseline === undefined ? {} : { baseline: readReport(baseline) }),
    ...(accept === undefined ? {} : { accepted: acceptedIn(accept) }),
    strictAccept,
  };
}

function acceptedIn(file: string): Known['accepted'] & object {
  try {
    return parseAccepted(readFileSync(file, 'utf8'), file);
  } catch (error) {
    if (error instanceof BadAcceptFile) throw new UsageError(error.message, { cause: error });
    throw new UsageError(`cannot read ${file}: ${whyNot(error)}`, { cause: error });
  }
}
