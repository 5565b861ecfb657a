import { expect, test } from 'vitest';
import type { ScenarioResult } from '../../conformance/index.ts';
import { proofOf } from './proof.ts';

type Trace = ScenarioResult['trace'];

const packet = (kind: 'sent' | 'received', connection: string, summary: string): Trace[number] => ({
  kind,
  connection,
  summary,
  at: 0,
  length: 2,
  hex: 'c000',
});

const failed = (check: Partial<ScenarioResult['checks'][number]>, trace: Trace): string[] =>
  proofOf({
    checks: [{ verdict: 'fail', statements: ['MQTT-3.1.2-8'], expected: 'one', got: 'another', ...check }],
    trace,
  });

test('the deciding packet is marked, and what came behind it is left out', () => {
  const trace = [
    packet('sent', 'client', 'PUBACK'),
    packet('received', 'client', 'PINGRESP'),
    packet('sent', 'client', 'late'),
  ];
  expect(failed({ traceIndex: 1, connection: 'client' }, trace)).toEqual([
    '    → c0 00',
    '      PUBACK',
    '  > ← c0 00',
    '      PINGRESP',
  ]);
});

test('of many connections the one that is judged is shown', () => {
  const others = Array.from({ length: 8 }, (_, i) => packet('sent', `client ${i}`, `PUBACK ${i}`));
  expect(failed({ traceIndex: 7, connection: 'client 3' }, others)).toEqual(['  > → c0 00', '      PUBACK 3']);
});

test('what never came is told, behind all that did', () => {
  const trace: Trace = [
    packet('received', 'watcher', 'SUBACK id 1'),
    packet('sent', 'client', 'CONNECT'),
    packet('sent', 'client', 'PUBLISH "a"'),
    { kind: 'ended', at: 0, connection: 'client', by: 'tester', how: 'FIN' },
  ];
  expect(failed({ traceIndex: 3, connection: 'watcher', missing: ['PUBLISH "will"'] }, trace)).toEqual([
    '  > ← c0 00',
    '      watcher: SUBACK id 1',
    '    → c0 00',
    '      client: PUBLISH "a"',
    '      never came: PUBLISH "will"',
  ]);
});
