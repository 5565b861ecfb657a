import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { checkSettings } from '../../reference/broker/config/read-settings.ts';
import { statisticNames } from '../../reference/broker/core/statistics.ts';
import type { EventName } from '../../reference/broker/index.ts';
import { pages } from './pages.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/broker.md'), 'utf8');

test('docs/broker.md has the configuration as the sources have it (if not: npm run docs)', () => {
  expect(page).toBe(pages().get('broker.md'));
  expect(page).toContain('| `listeners[].port` | a port from 0 to 65535 |');
});

test('docs/broker.md names every event', () => {
  const names = {
    connected: true,
    disconnected: true,
    subscribed: true,
    unsubscribed: true,
    published: true,
    refused: true,
    denied: true,
    closed: true,
  } satisfies Record<EventName, true>;
  for (const name of Object.keys(names)) expect(page).toContain(`\`${name}\``);
});

test('docs/broker.md names what $SYS has', () => {
  for (const { topic } of statisticNames)
    for (const level of topic?.split('/').slice(0, -1) ?? []) expect(page).toContain(level);
});

test('the configuration in docs/broker.md is one', () => {
  const [, yaml = ''] = /```yaml\n(.*?)```/s.exec(page) ?? [];
  const settings = checkSettings(parse(yaml), 'docs/broker.md');
  expect(Object.keys(settings)).toEqual(['listeners', 'access', 'data', 'log', 'metrics']);
});
