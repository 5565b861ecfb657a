// An adapter is a small program: who wants a client on the bench reads one, and writes the next.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const adapters = readdirSync(import.meta.dirname).filter((name) => !name.endsWith('.test.ts'));

test.each(adapters)('%s has 10 to 80 lines', (name) => {
  const lines = readFileSync(`${import.meta.dirname}/${name}`, 'utf8')
    .trimEnd()
    .split('\n');
  expect(lines.length).toBeGreaterThanOrEqual(10);
  expect(lines.length).toBeLessThanOrEqual(80);
});

test('there is one for each of three clients', () => {
  expect(adapters.sort()).toEqual(['mqtt-js.mjs', 'mqttspec.ts', 'paho-python.py']);
});
