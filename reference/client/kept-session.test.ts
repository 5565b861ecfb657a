// Sessions that outlive their process: what a first client leaves in a store, a second one goes on with.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { startBroker } from '../broker/index.ts';
import { openMemoryStore } from '../storage/memory-store.ts';
import { publish, SampleClient, type SampleOptions } from './core/sample-client.ts';
import { connect, StoreError } from './index.ts';
import { openKeptSession } from './kept-session.ts';

const folder = mkdtempSync(join(tmpdir(), 'mqttspec-client-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A client over a store that has committed what the map holds. */
async function clientOver(committed: Map<string, Uint8Array>, options: SampleOptions = {}) {
  const kept = await openKeptSession(openMemoryStore(committed), 'me');
  return { client: new SampleClient({ ...options, kept }), commit: () => kept.store.commit() };
}

const resumed = { type: 'connack', returnCode: 0, sessionPresent: true } as const;

describe('a process that comes after another', () => {
  test('sends again what was in flight, in the old order, and what was queued', async () => {
    const committed = new Map<string, Uint8Array>();
    const first = await clientOver(committed, { maxInFlight: 3 });
    first.client.connect();
    for (const text of ['a', 'b', 'c', 'd']) first.client.publish('t', text, text === 'b' ? 2 : 1);
    first.client.serves({ type: 'pubrec', packetId: 2 });
    await first.commit();

    const second = await clientOver(committed, { maxInFlight: 3 });
    second.client.open().serves(resumed);
    expect(second.client.sent()).toEqual([
      'connect me',
      'publish 1 t=a qos 1 dup',
      'pubrel 2',
      'publish 3 t=c qos 1 dup',
    ]);
    second.client.serves({ type: 'puback', packetId: 1 });
    expect(second.client.sent()).toEqual(['publish 4 t=d qos 1']);
  });

  test('sends nothing again that was acknowledged', async () => {
    const committed = new Map<string, Uint8Array>();
    const first = await clientOver(committed);
    first.client.connect().publish('t', 'a', 1).serves({ type: 'puback', packetId: 1 });
    await first.commit();
    const second = await clientOver(committed);
    second.client.open().serves(resumed);
    expect(second.client.sent()).toEqual(['connect me']);
  });

  test('goes on also where the one before has ended in good order', async () => {
    const committed = new Map<string, Uint8Array>();
    const first = await clientOver(committed);
    first.client.connect().publish('t', 'a', 1);
    first.client.core.end();
    await first.commit();
    const second = await clientOver(committed);
    second.client.open().serves(resumed);
    expect(second.client.sent()).toEqual(['connect me', 'publish 1 t=a qos 1 dup']);
  });

  test('takes no QoS 2 message that the one before has taken', async () => {
    const committed = new Map<string, Uint8Array>();
    const first = await clientOver(committed);
    first.client
      .connect()
      .subscribe('#')
      .serves(publish('t', 'once', 2, 9));
    expect(first.client.happened()).toContain('message t=once');
    await first.commit();
    const second = await clientOver(committed);
    second.client
      .open()
      .subscribe('#')
      .serves(resumed, publish('t', 'once', 2, 9, true));
    expect(second.client.happened()).toEqual(['connected, session present']);
    expect(second.client.sent()).toContain('pubrec 9');
  });

  test('gets a QoS 2 message again that the application had not acknowledged, and not once it had', async () => {
    const committed = new Map<string, Uint8Array>();
    const manual = (): Promise<Awaited<ReturnType<typeof clientOver>>> =>
      clientOver(committed, { manualAcknowledgement: true, unclaimed: { take: (message) => message.acknowledge() } });
    const lazy = await clientOver(committed, { manualAcknowledgement: true });
    lazy.client
      .connect()
      .subscribe('#')
      .serves(publish('t', 'x', 2, 9));
    await lazy.commit();
    const second = await manual();
    second.client.open().serves(resumed, publish('t', 'x', 2, 9, true));
    expect(second.client.sent()).toContain('pubrec 9');
    await second.commit();
    const third = await manual();
    third.client
      .open()
      .subscribe('#')
      .serves(resumed, publish('t', 'x', 2, 9, true));
    expect(third.client.happened().filter((one) => one.startsWith('message'))).toEqual([]);
    expect(third.client.sent()).toContain('pubrec 9');
  });
});

describe('a session on the disk', () => {
  test('is sent by the next client, once there is a server again', async () => {
    const data = join(folder, 'session');
    const options = { clientId: 'kept', cleanSession: false, data } as const;
    const gone = await startBroker({ port: 0 });
    const first = await connect(gone.address, options);
    await gone.stop();
    const lost = [1, 2, 3].map((i) =>
      first.publish('a', `${i}`, { qos: i === 2 ? 2 : 1 }).catch((error: Error) => error.name),
    );
    await first.end();
    expect(await Promise.all(lost)).toEqual(['ClientEnded', 'ClientEnded', 'ClientEnded']);

    await using broker = await startBroker({ port: 0 });
    await using reader = await connect(broker.address);
    const subscription = await reader.subscribe('a', { qos: 2 });
    const second = await connect(broker.address, options);
    await second.end({ settle: true });
    const read: string[] = [];
    for await (const { text } of subscription) if (read.push(text) === 3) break;
    expect(read).toEqual(['1', '2', '3']);
  });

  test('is not given to a client with another id', async () => {
    const data = join(folder, 'mine');
    await using broker = await startBroker({ port: 0 });
    await (await connect(broker.address, { clientId: 'one', cleanSession: false, data })).end();
    await expect(connect(broker.address, { clientId: 'other', cleanSession: false, data })).rejects.toThrow(StoreError);
  });

  test.each(['refused', 'unreachable'] as const)('is let go by a client that is %s for good', async (why) => {
    const { store, records } = openMemoryStore();
    const letGo = new Promise<void>((done) => {
      store.close = async () => done();
    });
    let connections = 0;
    await using broker = await startBroker({
      port: 0,
      authenticate: () => (++connections <= 2 ? 'accepted' : 'not authorized'),
    });
    const reconnect = { firstDelayMs: 1, jitter: 0, maxAttempts: 1 };
    const data = { store, records };
    const client = await connect(broker.address, { clientId: 'kept', cleanSession: false, data, reconnect });
    const ended = new Promise<{ readonly reason: string }>((done) => client.on('ended', done));
    if (why === 'unreachable') await broker.stop();
    // Else another one takes its place.
    else await (await connect(broker.address, { clientId: 'kept', reconnect: false })).end();
    expect((await ended).reason).toBe(why);
    await letGo;
    await client.end();
  });

  test('demands a session that is kept', async () => {
    await expect(connect('mqtt://127.0.0.1:1', { clientId: 'one', data: folder })).rejects.toThrow(
      'cleanSession: false',
    );
  });
});
