import { describe, expect, test } from 'vitest';
import { SampleBroker } from './sample-broker.ts';
import { statisticNames, statisticsOf } from './statistics.ts';
import { SysTopics } from './sys-topics.ts';

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** Names below `$SYS/broker` and what they say. */
function told(sys: SysTopics, broker: SampleBroker, uptimeSeconds: number): Record<string, string> {
  const messages = sys.messages(statisticsOf(broker.core, uptimeSeconds));
  return Object.fromEntries(
    messages.map(({ topicName, payload }) => [topicName.slice('$SYS/broker/'.length), text(payload)]),
  );
}

describe('$SYS', () => {
  test('has the topics that other brokers have', () => {
    const values = told(new SysTopics('mqttspec 1'), new SampleBroker(), 0);
    expect(Object.keys(values)).toEqual(
      expect.arrayContaining([
        'version',
        'uptime',
        'clients/connected',
        'clients/disconnected',
        'clients/maximum',
        'clients/total',
        'messages/received',
        'messages/sent',
        'publish/messages/received',
        'publish/messages/sent',
        'publish/messages/dropped',
        'bytes/received',
        'bytes/sent',
        'subscriptions/count',
        'retained messages/count',
        'load/messages/received/1min',
        'load/bytes/sent/5min',
        'load/publish/dropped/15min',
        'load/sockets/1min',
      ]),
    );
  });

  test('tells numbers of now, and what has changed alone', () => {
    const [sys, broker] = [new SysTopics('mqttspec 1'), new SampleBroker()];
    told(sys, broker, 0);
    broker.subscriber('away', { 'a/#': 1, b: 0 }, { cleanSession: false }).cut();
    broker.client('c');
    broker.client('gone').cut();
    expect(told(sys, broker, 60)).toEqual({
      uptime: '60 seconds',
      'clients/connected': '1',
      'clients/disconnected': '1',
      'clients/maximum': '1',
      'clients/total': '2',
      'bytes/received': '65',
      'bytes/sent': '18',
      'messages/received': '4',
      'messages/sent': '4',
      'subscriptions/count': '2',
      'load/bytes/received/1min': '41.09',
      'load/bytes/received/5min': '11.78',
      'load/bytes/received/15min': '4.19',
      'load/bytes/sent/1min': '11.38',
      'load/bytes/sent/5min': '3.26',
      'load/bytes/sent/15min': '1.16',
      'load/messages/received/1min': '2.53',
      'load/messages/received/5min': '0.73',
      'load/messages/received/15min': '0.26',
      'load/messages/sent/1min': '2.53',
      'load/messages/sent/5min': '0.73',
      'load/messages/sent/15min': '0.26',
    });
  });
});

test('no two statistics have one name anywhere', () => {
  for (const key of ['name', 'topic', 'load', 'metric'] as const) {
    const names = statisticNames.map((row) => row[key]).filter((name) => name !== undefined);
    expect(new Set(names).size).toBe(names.length);
  }
});
