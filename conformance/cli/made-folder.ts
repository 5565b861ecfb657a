// The folder that reports go to.
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { UsageError } from '../../reference/cli/usage-error.ts';
import { whyNot } from './why-not.ts';

/** Makes a folder and those above it. Throws UsageError where that can't be. */
export function madeFolder(path: string): string {
  const folder = resolve(path);
  // Node's own recursion never ends where a file system has no folders to make, such as /proc.
  const missing: string[] = [];
  for (let at = folder; !existsSync(at); at = dirname(at)) missing.unshift(at);
  try {
    for (const one of missing) mkdirSync(one);
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new UsageError(`cannot make the folder ${path}: ${whyNot(error)}`, { cause: error });
  }
  return folder;
}
