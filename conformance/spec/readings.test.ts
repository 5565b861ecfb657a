import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ConnectRules } from '../../reference/broker/core/rules/connect.ts';
import { startBroker } from '../../reference/broker/index.ts';
import { runConformance } from '../index.ts';
import { disputes, otherReading, parseReading, readingOf } from './readings.ts';

const scenarios = join(import.meta.dirname, '../scenarios/server');
const sources = [...readdirSync(scenarios, { recursive: true, encoding: 'utf8' }), '../../wire/play/reaction.ts']
  .filter((file) => file.endsWith('.ts'))
  .map((file) => readFileSync(join(scenarios, file), 'utf8'))
  .join('\n');

describe('disputed sentences', () => {
  test.each(disputes.map((one) => [one.id, one] as const))(
    '%s decides a verdict under both readings',
    (id, { readings }) => {
      const use = new RegExp(`disputed\\('${id}', \\{([^}]*)\\}`).exec(sources)?.[1] ?? '';
      for (const { name } of readings) expect(use, `${id} names ${name}`).toContain(name);
    },
  );

  test('are read by default as the first reading says, and otherwise as chosen', () => {
    expect(readingOf('dup-at-qos-0', {}).name).toBe('close');
    expect(readingOf('dup-at-qos-0', parseReading('dup-at-qos-0=sender-alone')).name).toBe('sender-alone');
    expect(otherReading('dup-at-qos-0', {})).toContain('--reading dup-at-qos-0=sender-alone');
  });

  test.each([
    ['dup', 'no disputed sentence is called dup'],
    ['dup-at-qos-0', 'dup-at-qos-0 can be read as close or sender-alone'],
    ['dup-at-qos-0=maybe', 'not as maybe'],
  ])('"%s" is no reading', (text, message) => {
    expect(() => parseReading(text)).toThrow(message);
  });

  const tripled = (keepAlive: number): number => (keepAlive === 0 ? Number.POSITIVE_INFINITY : keepAlive * 3_000);
  const followers: readonly (readonly [string, Partial<ConnectRules>, string, string, string])[] = [
    ['dup-with-qos-0', { reactionToMalformed: () => 'ignore' }, 'fail', 'dup-at-qos-0=sender-alone', 'pass'],
    ['keep-alive-timeout', { keepAliveAllowanceMs: tripled }, 'pass', 'late-keep-alive=prompt', 'fail'],
    ['empty-topic-in-will', { reactionToWillTopic: () => 'accept' }, 'fail', 'empty-will-topic=unpublished', 'warn'],
  ];

  test.each(followers)('change the verdict of a broker that follows one of them: %s', async (...row) => {
    const [id, connect, byDefault, reading, otherwise] = row;
    await using broker = await startBroker({ port: 0, rules: { connect } });
    const options = { target: broker.address.replace('mqtt://', ''), only: [id], repeatFailures: 0 };
    const verdictOf = async (readings: readonly string[]): Promise<unknown> =>
      (await runConformance({ ...options, readings })).scenarios.find((one) => one.id === id)?.verdict;
    expect(await Promise.all([verdictOf([]), verdictOf([reading])])).toEqual([byDefault, otherwise]);
  });
});
