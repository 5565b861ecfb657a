// The commands that README and docs show. In: Markdown. Out: each command of a `sh` block, as words.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
export const pagesWithCommands: readonly string[] = [
  'README.md',
  'fixtures/README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

export interface ShownCommand {
  readonly page: string;
  readonly text: string;
}

/** Every command of every page; what is chained by `&&` is told apart. */
export const shownCommands = (): readonly ShownCommand[] =>
  pagesWithCommands.flatMap((page) =>
    [...readFileSync(join(root, page), 'utf8').matchAll(/^ *```sh\n([\s\S]*?)^ *```/gm)]
      .flatMap(([, block = '']) => block.split('\n'))
      .map((line) => line.replace(/\s+#.*$/, '').trim())
      .filter((line) => line !== '')
      .flatMap((line) => line.split(' && '))
      .map((text) => ({ page, text })),
  );

/** Words as a shell has them, quotes taken off. */
export const wordsOf = (text: string): string[] =>
  [...text.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, double, single, bare]) => double ?? single ?? bare ?? '');

const scripts: Readonly<Record<string, readonly string[]>> = {
  conformance: [],
  broker: ['broker'],
  client: [],
  record: ['record'],
  'conformance:client': ['conformance-client'],
};

/** What `mqttspec` is told by a command; undefined for a command of another kind. */
export function mqttspecArgs(text: string): readonly string[] | undefined {
  const [first, second, third, ...rest] = wordsOf(text.replace(/ < \S+$/, ''));
  if (first === 'mqttspec') return [second, third, ...rest].filter((word) => word !== undefined);
  if (first === 'npx' && second === 'mqttspec') return [third, ...rest].filter((word) => word !== undefined);
  const prefix = first === 'npm' && second === 'run' && third !== undefined ? scripts[third] : undefined;
  return prefix === undefined ? undefined : [...prefix, ...rest.filter((word, i) => i > 0 || word !== '--')];
}
