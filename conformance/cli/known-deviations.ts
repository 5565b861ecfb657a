// What real brokers are known to break: the notes under reports/brokers, beside the sources or in the package.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface Deviation {
  /** Name and version. */
  readonly broker: string;
  /** The scenarios that showed it. */
  readonly scenarios: readonly string[];
  readonly reason?: string;
}

const folders = ['../../reports/brokers', '../../../reports/brokers'];

/** Brokers that are known to violate the statement. */
export function knownToBreak(id: string): Deviation[] {
  const folder = folders.map((path) => fileURLToPath(new URL(path, import.meta.url))).find((path) => existsSync(path));
  if (folder === undefined) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .sort()
    .flatMap((name) => deviationIn(readFileSync(`${folder}/${name}`, 'utf8'), id));
}

/** What a page of notes says of a statement. */
export function deviationIn(page: string, id: string): Deviation[] {
  const broker = /^# (.+?): deviations/m.exec(page)?.[1];
  const part = page.split(/^## /m).find((text) => text.startsWith(`${id}\n`));
  if (broker === undefined || part === undefined) return [];
  const reason = /^Why we hold it against [^:]+: (.+)$/m.exec(part)?.[1];
  const scenarios = [...part.matchAll(/^- `([^`]+)`/gm)].map(([, name = '']) => name);
  return [{ broker, scenarios, ...(reason === undefined ? {} : { reason }) }];
}
