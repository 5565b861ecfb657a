// Receivers are remembered by topic: what is remembered must never be wrong.
import { describe, expect, test } from 'vitest';
import { publish, SampleBroker } from './sample-broker.ts';

describe('what was found for a topic', () => {
  test('is found again after every change of subscriptions', () => {
    const broker = new SampleBroker();
    const publisher = broker.client('p');
    const subscriber = broker.client('s', { cleanSession: false });
    const told = (): string[] => {
      publisher.sends(publish('a/b', 'x', { qos: 1 }));
      return subscriber.told();
    };
    expect(told()).toEqual([]);
    subscriber.subscribe({ 'a/+': 0 });
    expect(told()).toEqual(['publish a/b x qos 0']);
    subscriber.subscribe({ 'a/b': 1 });
    expect(told()).toEqual(['publish 1 a/b x qos 1']);
    subscriber.sends({ type: 'unsubscribe', packetId: 2, topicFilters: ['a/b'] });
    subscriber.told();
    expect(told()).toEqual(['publish a/b x qos 0']);
    subscriber.cut();
    expect(told()).toEqual([]);
    broker.client('s');
    expect(told()).toEqual([]);
  });

  test('is found also for more topics of many receivers than are remembered', () => {
    const broker = new SampleBroker();
    const subscribers = Array.from({ length: 70 }, (_, i) => broker.subscriber(`s${i}`, { '#': 0 }));
    const publisher = broker.client('p');
    const topics = Array.from({ length: 100 }, (_, i) => `t${i}`);
    for (let round = 0; round < 2; round++) publisher.sends(...topics.map((topic) => publish(topic, 'x')));
    for (const subscriber of subscribers) expect(subscriber.told()).toHaveLength(200);
    const later = broker.subscriber('later', { t99: 0, t0: 0 });
    publisher.sends(...topics.map((topic) => publish(topic, 'y')));
    expect(later.told()).toEqual(['publish t0 y qos 0', 'publish t99 y qos 0']);
  });

  test('is not what a session had that has ended, though its many subscriptions leave in portions', () => {
    const broker = new SampleBroker();
    const portions: (() => void)[] = [];
    broker.core.later = (_delayMs, work) => void portions.push(work);
    const filters = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`t/${i}`, 1 as const]));
    const many = broker.subscriber('many', filters);
    many.cut();
    broker.client('p').sends(publish('t/4999', 'x', { qos: 1 }));
    expect([broker.core.counters.messagesDelivered, broker.core.subscriptions]).toEqual([0, 3_000]);
    const back = broker.subscriber('many', { 't/4999': 0 });
    for (let portion = portions.shift(); portion !== undefined; portion = portions.shift()) portion();
    expect(broker.core.subscriptions).toBe(1);
    broker.client('q').sends(publish('t/4999', 'y'));
    expect(back.told()).toEqual(['publish t/4999 y qos 0']);
  });
});
