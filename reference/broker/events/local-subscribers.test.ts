import { describe, expect, test } from 'vitest';
import type { Message } from '../../message.ts';
import { LocalSubscribers } from './local-subscribers.ts';

const message = (topicName: string): Message => ({ topicName, payload: Uint8Array.of(1), qos: 1, retain: true });

describe('subscriptions of the program itself', () => {
  test('get what their filter matches, until they are disposed', () => {
    const subscribers = new LocalSubscribers();
    const got: string[] = [];
    const one = subscribers.add('a/+', ({ topicName }) => got.push(`one ${topicName}`));
    subscribers.add('a/#', ({ topicName }) => got.push(`two ${topicName}`));
    for (const topicName of ['a', 'a/b', 'b']) subscribers.deliver(message(topicName));
    one[Symbol.dispose]();
    subscribers.deliver(message('a/c'));
    expect(got.sort()).toEqual(['one a/b', 'two a', 'two a/b', 'two a/c']);
    expect(subscribers.size).toBe(1);
  });

  test('may be the same function twice', () => {
    const subscribers = new LocalSubscribers();
    let count = 0;
    const listener = (): void => void count++;
    using _one = subscribers.add('a', listener);
    const other = subscribers.add('a', listener);
    subscribers.deliver(message('a'));
    other[Symbol.dispose]();
    subscribers.deliver(message('a'));
    expect(count).toBe(3);
  });

  test('get bytes of their own', () => {
    const subscribers = new LocalSubscribers();
    const got: Message[] = [];
    subscribers.add('a', (one) => got.push(one));
    const sent = message('a');
    subscribers.deliver(sent);
    sent.payload.fill(9);
    expect(got).toEqual([{ topicName: 'a', payload: Uint8Array.of(1), qos: 1, retain: false }]);
  });

  test('need a Topic Filter', () => {
    expect(() => new LocalSubscribers().add('a#', () => {})).toThrow(/cannot subscribe: .*MQTT-4\.7\.1-2/);
  });
});
