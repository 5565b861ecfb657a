import { describe, expect, test } from 'vitest';
import { scenario } from '../scenarios/scenario.ts';
import { choose, speaksOf } from './plan.ts';

const filed = {
  section: '3.3-publish',
  scenario: scenario('overlap-maximum-qos', {
    title: 'Overlapping filters deliver at the highest QoS',
    cites: { v3: ['MQTT-3.3.5-1'] },
    play: async () => {},
  }),
};

describe('what the user chooses', () => {
  test.each([
    'overlap-maximum-qos',
    'overlap',
    '3.3',
    '3.3.5',
    '3.3-publish',
    'MQTT-3.3.5-1',
    'mqtt-3.3.5',
    'Overlapping',
  ])('%s means it', (word) => {
    expect(speaksOf(filed, word)).toBe(true);
  });

  test.each(['3.3.1', 'MQTT-3.3.5-2', 'retained', '3.30'])('%s does not', (word) => {
    expect(speaksOf(filed, word)).toBe(false);
  });

  test('nothing chosen is everything, and what is skipped is out', () => {
    expect(choose([filed], { only: [], skip: [] })).toEqual([filed]);
    expect(choose([filed], { only: ['3.3'], skip: ['overlap'] })).toEqual([]);
  });

  test('an invariant is everything, since it watches all', () => {
    expect(choose([filed], { only: ['nothing-follows-a-refusal'], skip: [] })).toEqual([filed]);
    expect(choose([filed], { only: ['nothing-is-called-so'], skip: [] })).toEqual([]);
  });
});
