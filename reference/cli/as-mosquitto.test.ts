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
});
