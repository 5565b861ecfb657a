import { describe, expect, test } from 'vitest';
import { encode } from '../../codec/encode.ts';
import type { AuthenticationOutcome, Credentials } from './access.ts';
import { bytes, connect, publish, SampleBroker } from './sample-broker.ts';

/** An authenticator that answers when it is told to. */
function slowAuthenticator() {
  let answer: (outcome: AuthenticationOutcome) => void = () => {};
  let fail: () => void = () => {};
  const authenticate = (): Promise<AuthenticationOutcome> =>
    new Promise((resolve, reject) => {
      answer = resolve;
      fail = () => reject(new Error('the database is away'));
    });
  const settled = (): Promise<void> => new Promise((done) => setImmediate(done));
  return {
    authenticate,
    answers: (outcome: AuthenticationOutcome) => {
      answer(outcome);
      return settled();
    },
    fails: () => {
      fail();
      return settled();
    },
  };
}

describe('authentication', () => {
  test('is asked with what CONNECT says', () => {
    const asked: Credentials[] = [];
    const broker = new SampleBroker({
      authenticate: (credentials) => {
        asked.push(credentials);
        return 'accepted';
      },
    });
    broker.client('c', { userName: 'u', password: bytes('secret') });
    expect(asked).toEqual([{ clientId: 'c', userName: 'u', password: bytes('secret'), remoteAddress: '192.0.2.1' }]);
  });

  test('that throws counts as unavailable, and others are served on', () => {
    const broker = new SampleBroker({
      authenticate: ({ clientId }) => {
        if (clientId === 'bad') throw new Error('the database is away');
        return 'accepted';
      },
    });
    const bad = broker.dial().sends(connect('bad'));
    expect([bad.told(), bad.closed]).toEqual([['connack 3'], true]);
    expect(broker.dial().sends(connect('good')).told()).toEqual(['connack 0']);
  });

  test.each([undefined, null, true, 1, 'yes', '', {}, { acceptedAs: 7 }])(
    'that answers by %j has not answered: nobody is let in, now or later',
    async (answer) => {
      for (const authenticate of [() => answer as never, () => Promise.resolve(answer as never)]) {
        const client = new SampleBroker({ authenticate }).dial().sends(connect('c'));
        await new Promise((settled) => setImmediate(settled));
        expect([client.told(), client.closed]).toEqual([['connack 3'], true]);
      }
    },
  );

  test.each([{}, { authorizesDeliveries: true }])(
    'keeps a large packet behind CONNECT waiting, with %j',
    async (more) => {
      const { authenticate, answers } = slowAuthenticator();
      const broker = new SampleBroker({ authenticate, ...more });
      const watcher = broker.dial().sends(connect('w'));
      await answers('accepted');
      watcher.subscribe({ t: 0 });
      const client = broker.dial().sends(connect('c'), publish('t', 'x'.repeat(400_000)));
      expect(client.closed).toBe(false);
      await answers('accepted');
      expect([client.told(), watcher.told().at(-1)?.length]).toEqual([['connack 0'], 400_016]);
    },
  );

  test('never disturbs the session or the connection of the client id that it refuses', () => {
    const broker = new SampleBroker({
      authenticate: ({ userName }) => (userName === 'u' ? 'accepted' : 'not authorized'),
    });
    const owner = broker.subscriber('c', { t: 1 }, { userName: 'u', cleanSession: false });
    const stranger = broker.dial().sends(connect('c'), publish('t', 'behind a refused CONNECT'));
    expect([stranger.told(), stranger.closed]).toEqual([['connack 5'], true]);
    expect(owner.sends({ type: 'pingreq' }).told()).toEqual(['pingresp']);
    expect(broker.core.sessions).toBe(1);
  });
});

describe('authentication that takes its time', () => {
  test('lets what came meanwhile wait, also a packet that came in two pieces', async () => {
    const { authenticate, answers } = slowAuthenticator();
    const client = new SampleBroker({ authenticate }).dial();
    const subscribe = encode({ type: 'subscribe', packetId: 7, subscriptions: [{ topicFilter: 'a/b', qos: 0 }] });
    client.sends(connect('c'), { type: 'pingreq' }, subscribe.subarray(0, 5));
    client.sends(subscribe.subarray(5));
    expect(client.told()).toEqual([]);
    await answers('accepted');
    expect([client.told(), client.closed]).toEqual([['connack 0', 'pingresp', 'suback 7 [0]'], false]);
  });

  test('begins Keep Alive with its answer', async () => {
    const { authenticate, answers } = slowAuthenticator();
    const broker = new SampleBroker({ authenticate });
    const client = broker.dial().sends(connect('c', { keepAlive: 2 }));
    broker.advance(5_000);
    await answers('accepted');
    expect(client.connection.deadline()).toBe(8_000);
  });

  test('that is refused leaves what came meanwhile unread', async () => {
    const { authenticate, answers } = slowAuthenticator();
    const client = new SampleBroker({ authenticate }).dial().sends(connect('c'), { type: 'pingreq' });
    await answers('bad user name or password');
    expect([client.told(), client.closed]).toEqual([['connack 4'], true]);
  });

  test('that fails counts as unavailable', async () => {
    const { authenticate, fails } = slowAuthenticator();
    const client = new SampleBroker({ authenticate }).dial().sends(connect('c'));
    await fails();
    expect([client.told(), client.closed]).toEqual([['connack 3'], true]);
  });

  test('that never settles counts as unavailable when the time for CONNECT is over, and an answer then is too late', async () => {
    const { authenticate, answers } = slowAuthenticator();
    const broker = new SampleBroker({ authenticate });
    const client = broker.dial().sends(connect('c'));
    broker.advance(9_999);
    expect(client.closed).toBe(false);
    broker.advance(1);
    expect([client.told(), client.closed]).toEqual([['connack 3'], true]);
    await answers('accepted');
    expect([client.told(), broker.core.sessions]).toEqual([[], 0]);
  });

  test('of a client that has left opens no session', async () => {
    const { authenticate, answers } = slowAuthenticator();
    const broker = new SampleBroker({ authenticate });
    broker
      .dial()
      .sends(connect('c', { cleanSession: false }))
      .cut();
    await answers('accepted');
    expect(broker.core.sessions).toBe(0);
  });
});

describe('what is kept', () => {
  test('has bytes of its own, not the segment that it came in', () => {
    const sizes: number[] = [];
    const broker = new SampleBroker({ events: { published: ({ payload }) => sizes.push(payload.buffer.byteLength) } });
    const will = { topicName: 'w', message: bytes('x'), qos: 0, retain: true } as const;
    broker
      .dial()
      .sends(connect('c', { will }), publish('t', 'x', { retain: true }), new Uint8Array(0))
      .cut();
    expect(sizes[0]).toBe(1);
    // The will lives in a copy of its CONNECT.
    expect(sizes[1]).toBeLessThan(40);
  });
});
