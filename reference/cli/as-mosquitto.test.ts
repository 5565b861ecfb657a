// What `pub` and `sub` do as mosquitto's clients do it.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Broker, startBroker } from '../broker/index.ts';
import { connect } from '../client/index.ts';
import { run } from './sample-run.ts';

describe('pub and sub, as mosquitto has them,', () => {
  let broker: Broker;
  let port = '';
  beforeAll(async () => {
    broker = await startBroker({ port: 0 });
    port = String(broker.port);
  });
  afterAll(() => broker.stop());

  test('take no input at all for a mistake, as mosquitto_pub does, and an empty message for one that is meant', async () => {
    const [nothing, empty] = await Promise.all([
      run(['pub', '-p', port, '-t', 'a', '-s']),
      run(['pub', '-p', port, '-t', 'a', '-n']),
    ]);
    expect(nothing).toMatchObject({ code: 1, out: '' });
    expect(nothing.err).toContain('nothing came on standard input');
    expect(empty).toEqual({ code: 0, out: '', err: '' });
  });

  test('end at SUBACK with -E, before what is retained', async () => {
    await using publisher = await connect(`mqtt://127.0.0.1:${port}`);
    await publisher.publish('early/1', 'x', { qos: 1, retain: true });
    const { code, out } = await run(['sub', '-p', port, '-t', 'early/#', '-E']);
    expect({ code, out }).toEqual({ code: 0, out: '' });
  });

  test('go on where one of several filters is refused, and end with 1 where all are, also after a reconnect', async () => {
    let isOpen = true;
    await using choosy = await startBroker({
      port: 0,
      authorize: ({ kind, topic }) => kind !== 'subscribe' || (isOpen && topic !== 'secret'),
    });
    const at = ['-h', '127.0.0.1', '-p', String(choosy.port)];
    await using publisher = await connect(choosy.address);
    await publisher.publish('open', 'x', { qos: 1, retain: true });
    const ready = new Promise<void>((done) => {
      choosy.on('subscribed', ({ clientId }) => {
        if (clientId === 'later') done();
      });
    });
    const later = run(['sub', ...at, '-i', 'later', '-t', 'open', '-R']);
    const [one, all] = await Promise.all([
      run(['sub', ...at, '-t', 'secret', '-t', 'open', '-C', '1']),
      run(['sub', ...at, '-t', 'secret']),
    ]);
    expect(one).toMatchObject({ code: 0, out: 'x\n' });
    expect(one.err).toContain('refused to subscribe to secret (');
    expect(all).toMatchObject({ code: 1, out: '' });
    await ready;
    isOpen = false;
    // Takes its place, and loses it again.
    await using _other = await connect(choosy.address, { clientId: 'later', reconnect: false });
    const refused = await later;
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('refused to subscribe to open (');
  });
});
