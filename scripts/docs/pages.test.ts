import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pages } from './pages.ts';

test.each([...pages()])('docs/%s is what the sources make of it: npm run docs writes it anew', (name, text) => {
  expect(readFileSync(join(import.meta.dirname, '../../docs', name), 'utf8')).toBe(text);
});
