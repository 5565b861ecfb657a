import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { reportText } from '../reporters/json.ts';
import { sampleReport } from '../reporters/sample-run.ts';

const folder = mkdtempSync(join(tmpdir(), 'mqttspec-view-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function mqttspec(...args: readonly string[]): Promise<Ended> {
  const main = join(import.meta.dirname, 'main.ts');
  return new Promise((resolve) => {
    const child = execFile(process.execPath, ['--import', 'tsx', main, ...args], (_error, out, err) =>
      resolve({ code: child.exitCode ?? -1, out, err }),
    );
  });
}

const at = (...parts: readonly string[]): string => join(folder, ...parts);

test('the page of a run can be made again from its report.json, byte for byte', async () => {
  const run = await mqttspec('--only', 'pingreq', '--out', at('run'), '--quiet');
  expect(run.code).toBe(0);
  const { code, out } = await mqttspec('view', at('run', 'report.json'), '--out', at('again'));
  expect(code).toBe(0);
  expect(out).toMatch(/^COMPLIANT: .*\nReport: .*again.index\.html\n$/);
  expect(readFileSync(at('again', 'index.html'), 'utf8')).toBe(readFileSync(at('run', 'index.html'), 'utf8'));
});

test('other reports of a saved run can be made, too', async () => {
  writeFileSync(at('saved.json'), reportText(sampleReport()));
  const { code, out } = await mqttspec('view', at('saved.json'), '--out', at('tap'), '--reporter', 'tap');
  expect(code).toBe(0);
  expect(out).toMatch(/^TAP version/);
});

test.each([
  ['nothing.json', undefined, /cannot read .*nothing\.json/],
  ['list.json', '[]', /list\.json is no report of mqttspec/],
  ['later.json', '{"format":"mqttspec-report","formatVersion":9}', /format 9, .* update mqttspec/],
] as const)('%s is told of in one line', async (name, text, problem) => {
  if (text !== undefined) writeFileSync(at(name), text);
  const { code, out, err } = await mqttspec('view', at(name), '--out', at('none'));
  expect({ code, out, lines: err.trim().split('\n').length }).toEqual({ code: 2, out: '', lines: 1 });
  expect(err).toMatch(problem);
});

test('explain tells of a statement, and suggests where there is none', async () => {
  expect((await mqttspec('explain', 'MQTT-3.12.4-1')).out).toContain('pingreq-answered');
  const { code, err } = await mqttspec('explain', 'MQTT-3.12.4-9');
  expect({ code, err }).toEqual({ code: 2, err: expect.stringMatching(/did you mean MQTT-3\.12\.4-1/) });
});
