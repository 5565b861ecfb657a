import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { badgeOf, badgeReporter, badgeSvg } from './badge.ts';
import { sampleFailure, sampleReport, sampleResult, report as send } from './sample-run.ts';
import { parseXml } from './xml-check.ts';

test('a badge tells the verdict', () => {
  expect(badgeOf(sampleReport({ results: [sampleResult()] }))).toMatchObject({ colour: 'brightgreen' });
  expect(badgeOf(sampleReport({ results: [sampleFailure] }))).toMatchObject({
    message: '1 statement violated',
    colour: 'red',
  });
  expect(badgeOf(sampleReport({ endedBy: 'target lost' }))).toMatchObject({
    message: 'no verdict',
    colour: 'lightgrey',
  });
});

test('its SVG is well-formed, and the JSON beside it is what shields takes', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'mqttspec-badge-'));
  await send(badgeReporter({ file: join(folder, 'badge.svg') }));
  expect(parseXml(readFileSync(join(folder, 'badge.svg'), 'utf8')).name).toBe('svg');
  expect(JSON.parse(readFileSync(join(folder, 'badge.json'), 'utf8'))).toEqual({
    schemaVersion: 1,
    label: 'MQTT 3.1.1 and 3.1',
    message: 'no verdict',
    color: 'lightgrey',
  });
  rmSync(folder, { recursive: true });
});

test('its texts have the room that they are stretched to', () => {
  const svg = badgeSvg({ label: 'MQTT', message: 'compliant', colour: 'brightgreen' });
  expect(svg).toContain('width="109"');
});
