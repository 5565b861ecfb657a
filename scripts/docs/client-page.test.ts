import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import * as door from '../../reference/client/index.ts';
import { defaults } from '../../reference/client/options.ts';
import { pages } from './pages.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/client.md'), 'utf8');

test('docs/client.md has the options as the sources have them (if not: npm run docs)', () => {
  expect(page).toBe(pages().get('client.md'));
  for (const option of ['clientId', 'cleanSession', 'firstDelayMs', 'topicName', 'data'])
    expect(page).toContain(`| \`${option}\` |`);
});

test('docs/client.md names the defaults that are used', () => {
  const numbers = Object.entries(defaults).filter(([name]) => name !== 'maxPacketBytes');
  for (const [name, value] of numbers) {
    const row = page.split('\n').find((line) => line.startsWith(`| \`${name}\` |`)) ?? '';
    expect(row).toContain(`${typeof value === 'number' ? value.toLocaleString('en-US') : value} unless told otherwise`);
  }
});

test('docs/client.md names every error', () => {
  const errors = Object.keys(door).filter((name) => name !== 'connect');
  for (const name of errors) expect(page).toContain(`\`${name}\``);
});
