import { describe, expect, test } from 'vitest';
import { Subscriptions, type Taker } from './subscriptions.ts';

const taker = (): Taker => ({ take: () => {} });

describe('the subscriptions of a client', () => {
  test('give a message to everybody whose filter matches, once', () => {
    const subscriptions = new Subscriptions();
    const [one, two, other] = [taker(), taker(), taker()];
    subscriptions.add('a/#', one, 0);
    subscriptions.add('a/+', one, 1);
    subscriptions.add('a/b', two, 2);
    subscriptions.add('b', other, 2);
    expect(new Set(subscriptions.takers('a/b'))).toEqual(new Set([one, two]));
    expect(subscriptions.takers('a/b')).toHaveLength(2);
  });

  test('forget what they remembered of a topic when a subscription comes or goes', () => {
    const subscriptions = new Subscriptions();
    const [one, two] = [taker(), taker()];
    expect(subscriptions.takers('a')).toEqual([]);
    subscriptions.add('a', one, 0);
    expect(subscriptions.takers('a')).toEqual([one]);
    subscriptions.add('+', two, 0);
    expect(subscriptions.takers('a')).toHaveLength(2);
    subscriptions.remove('a', one);
    expect(subscriptions.takers('a')).toEqual([two]);
  });

  test('know when nobody wants a filter any more', () => {
    const subscriptions = new Subscriptions();
    const [one, two] = [taker(), taker()];
    subscriptions.add('a', one, 0);
    subscriptions.add('a', two, 2);
    expect(subscriptions.wanted()).toEqual([{ topicFilter: 'a', qos: 2 }]);
    expect(subscriptions.remove('a', two)).toBe(false);
    expect(subscriptions.wanted()).toEqual([{ topicFilter: 'a', qos: 0 }]);
    expect(subscriptions.remove('a', one)).toBe(true);
    expect(subscriptions.remove('a', one)).toBe(false);
    expect(subscriptions.wanted()).toEqual([]);
  });

  test('find the right takers also after thousands of topics', () => {
    const subscriptions = new Subscriptions();
    const one = taker();
    subscriptions.add('t/+', one, 0);
    for (let i = 0; i < 10_000; i++) expect(subscriptions.takers(`t/${i}`)).toEqual([one]);
    expect(subscriptions.takers('u/1')).toEqual([]);
  });
});
