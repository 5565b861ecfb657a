import { describe, expect, test } from 'vitest';
import { AwaySessions } from './away-sessions.ts';
import { connect, publish, SampleBroker } from './sample-broker.ts';

describe('sessions of clients that are away', () => {
  const kept = { cleanSession: false };
  const comesBack = (broker: SampleBroker): string[] => broker.dial().sends(connect('a', kept)).told();

  test('are given up when their time is over, with all that waits in them', () => {
    const broker = new SampleBroker({ limits: { sessionExpiryMs: 1_000 } });
    broker.subscriber('a', { t: 1 }, kept).cut();
    broker.client('p').sends(publish('t', 'x', { qos: 1 }));
    broker.advance(999);
    expect(broker.core.sessions).toBe(2);
    broker.advance(1);
    expect([broker.core.sessions, broker.core.subscriptions]).toEqual([1, 0]);
    expect(comesBack(broker)).toEqual(['connack 0']);
  });

  test('are kept where the client is there, and their time begins anew when it leaves', () => {
    const broker = new SampleBroker({ limits: { sessionExpiryMs: 1_000 } });
    broker.client('a', kept).cut();
    broker.advance(900);
    const back = broker.dial().sends(connect('a', kept));
    broker.advance(5_000);
    expect(back.closed).toBe(false);
    back.cut();
    broker.advance(999);
    expect(comesBack(broker)).toEqual(['connack 0 session present']);
  });

  test('are given up also where an earlier process has left them, on the disk too', () => {
    const broker = new SampleBroker({ limits: { sessionExpiryMs: 1_000 } });
    broker.core.now = 5_000;
    const told: string[] = [];
    const journal = {
      unsubscribed: (topicFilter: string) => told.push(`unsubscribed ${topicFilter}`),
      ended: () => told.push('ended'),
    };
    const session = { clientId: 'a', userName: undefined, subscriptions: new Map([['t', 1]]), messages: [] };
    broker.core.keep({} as never, { sessions: [{ ...session, receivedIds: [], journal } as never], retained: [] });
    broker.advance(999);
    expect([told, broker.core.sessions]).toEqual([[], 1]);
    broker.advance(1);
    expect([told, broker.core.sessions]).toEqual([['unsubscribed t', 'ended'], 0]);
  });

  test('are kept for ever unless told otherwise', () => {
    const broker = new SampleBroker();
    broker.client('a', kept).cut();
    broker.advance(1e12);
    expect(comesBack(broker)).toEqual(['connack 0 session present']);
  });

  test('leave a thousand at a time', () => {
    const away = new AwaySessions<number>(10);
    for (let number = 0; number < 1_500; number++) away.left(number, 0);
    expect([away.take(9).length, away.take(10).length, away.next, away.take(10).length, away.next]).toEqual([
      0,
      1_000,
      10,
      500,
      Number.POSITIVE_INFINITY,
    ]);
  });
});
