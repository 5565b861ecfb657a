import { expect, test } from 'vitest';
import { distance, nearestTo } from './near.ts';

test.each([
  ['', '', 0],
  ['kitten', 'sitting', 3],
  ['MQTT-3.3', 'MQTT-3.3.1', 2],
  ['abc', '', 3],
])('"%s" and "%s" are %i letters apart', (a, b, away) => {
  expect(distance(a, b)).toBe(away);
  expect(distance(b, a)).toBe(away);
});

test('of equally near ones those that begin alike come first', () => {
  expect(nearestTo('mqtt-3.3.5-9', ['MQTT-3.3.1-9', 'MQTT-4.1.0-1', 'MQTT-3.3.5-1'])).toEqual([
    'MQTT-3.3.5-1',
    'MQTT-3.3.1-9',
    'MQTT-4.1.0-1',
  ]);
});

test('nothing is near to what has nothing in common with it', () => {
  expect(nearestTo('will', ['MQTT-3.3.1-9', 'MQTT-3.3.5-1'])).toEqual([]);
});
