// Every link of README, docs and reports leads to a file or heading that there is.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const inFolder = (folder: string, recursive: boolean): string[] =>
  readdirSync(join(root, folder), { recursive, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name));
const pages = [
  ...inFolder('.', false),
  ...['docs', 'fixtures', 'reports/brokers', 'reports/clients', 'reports/survey'].flatMap((one) => inFolder(one, true)),
];

/** Anchors as GitHub makes them of headings. */
const anchorsIn = (text: string): ReadonlySet<string> =>
  new Set(
    [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}_ -]/gu, '')
        .trim()
        .replaceAll(' ', '-'),
    ),
  );

/** The links of a page that lead nowhere. */
function deadLinks(page: string): string[] {
  const text = readFileSync(join(root, page), 'utf8');
  return linksIn(text).filter((link) => {
    const [path = '', anchor] = link.split('#');
    const file = path === '' ? join(root, page) : join(root, dirname(page), decodeURIComponent(path));
    if (!existsSync(file)) return true;
    return anchor !== undefined && file.endsWith('.md') && !anchorsIn(readFileSync(file, 'utf8')).has(anchor);
  });
}

/** Those within the repository. */
const linksIn = (text: string): string[] =>
  [...text.replace(/^ *```[\s\S]*?^ *```/gm, '').matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = '']) => link)
    .filter((link) => !/^\w+:/.test(link));

test.each(pages)('every link of %s leads somewhere', (page) => {
  expect(deadLinks(page)).toEqual([]);
});

test('there are links, and dead ones are found', () => {
  const links = pages.flatMap((page) => linksIn(readFileSync(join(root, page), 'utf8')));
  expect(links.length).toBeGreaterThan(20);
  expect(linksIn('[a](docs/x.md#y) `[b]` [c](https://example.org)')).toEqual(['docs/x.md#y']);
  expect(anchorsIn('## How it is judged: `a/b`')).toContain('how-it-is-judged-ab');
});
