import { expect, test } from 'vitest';
import { messageProblem } from './message-problem.ts';

const message = { topicName: 'a/b', payload: new Uint8Array(1), qos: 1, retain: false } as const;

test('a message that a PUBLISH can carry has no problem', () => {
  expect(messageProblem(message)).toBeUndefined();
  expect(messageProblem({ ...message, payload: new Uint8Array(268_435_448) })).toBeUndefined();
});

test.each([
  ['a topic with a wildcard', { topicName: 'a/+' }, 'got "a/+" (MQTT-'],
  ['another QoS', { qos: 3 }, 'expected QoS 0, 1 or 2, got 3 (MQTT-3.3.1-4)'],
  ['text', { payload: 'text' }, 'expected a payload of bytes, got string'],
  ['nothing', { payload: undefined }, 'expected a payload of bytes, got undefined'],
  ['a byte too many', { payload: new Uint8Array(268_435_449) }, 'of at most 268435448 bytes, got 268435449'],
])('one with %s has', (_what, change, problem) => {
  expect(messageProblem({ ...message, ...change } as never)).toContain(problem);
});
