import { expect, test } from 'vitest';
import { sampleEvents, sampleResult } from '../reporters/sample-run.ts';
import { untilTheEnd } from './until-the-end.ts';

test('a scenario that ends after its run is told of to nobody', () => {
  const told: string[] = [];
  const emit = untilTheEnd(({ type }) => told.push(type));
  const events = sampleEvents({ results: [sampleResult()], endedBy: 'interrupted' });
  for (const event of [...events, { type: 'scenario:end', result: sampleResult() } as const]) emit(event);
  expect(told).toEqual(events.map(({ type }) => type));
  expect(told.at(-1)).toBe('run:end');
});
