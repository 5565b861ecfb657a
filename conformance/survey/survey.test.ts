import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { BadSurvey, parseSurvey } from './plan.ts';
import { survey } from './survey.ts';

describe('the plan of a survey', () => {
  test('fills in what is left out', () => {
    expect(parseSurvey('brokers:\n  - name: a\n    start: run --port {port}', 'b.yaml')).toEqual({
      title: 'MQTT brokers',
      brokers: [{ name: 'a', start: 'run --port {port}', address: 'mqtt://127.0.0.1:{port}', readyWithin: 60 }],
    });
  });

  test.each([
    ['- name: a', 'b.yaml: expected title, brokers'],
    ['brokers: []', 'brokers has to be a list'],
    ['brokers:\n  - start: x', 'brokers[0].name has to be a text'],
    ['brokers:\n  - name: ../a\n    start: x', 'brokers[0].name: expected letters'],
    ['brokers:\n  - name: a', 'brokers[0].start has to be a text'],
    ['brokers:\n  - name: a\n    start: x\n    stop: y', 'brokers[0]: unknown key "stop"'],
    ['brokers:\n  - name: a\n    start: x\n    readyWithin: soon', 'brokers[0].readyWithin'],
    ['brokers:\n  - { name: a, start: x }\n  - { name: a, start: y }', 'two brokers are called a'],
    ['brokers: [', 'b.yaml: '],
  ])('%j is refused with a line that names the key', (text, message) => {
    expect(() => parseSurvey(text, 'b.yaml')).toThrow(BadSurvey);
    expect(() => parseSurvey(text, 'b.yaml')).toThrow(message);
  });
});

test('a survey judges who starts, and says why another did not', async () => {
  const main = join(import.meta.dirname, '../cli/main.ts');
  const plan = parseSurvey(
    `brokers:
  - name: reference
    start: '"${process.execPath}" --import tsx "${main}" broker --port {port}'
    version: echo of my own
  - name: broken
    start: 'echo no such broker; exit 4'`,
    'b.yaml',
  );
  const told: string[] = [];
  const [reference, broken] = await survey(plan, {
    signal: new AbortController().signal,
    only: ['pingreq-answered'],
    onEvent: ({ name }, { type }) => {
      if (type === 'run:end') told.push(`${name} ends`);
    },
    onColumn: ({ name }) => told.push(`${name} is written`),
  });
  expect(told).toEqual(['reference ends', 'reference is written', 'broken is written']);
  expect(reference?.report?.run.exitCode).toBe(0);
  expect(reference?.report?.target?.version).toBe('of my own');
  expect(broken?.reason).toBe('did not start: the command ended with exit code 4; it said: no such broker');
});
