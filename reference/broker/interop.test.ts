// MQTT.js, a client that we did not write, at the reference broker.
import mqtt, { type IClientOptions, type IPublishPacket, type MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Broker, startBroker } from './index.ts';

let broker: Broker;
beforeAll(async () => {
  broker = await startBroker({ port: 0 });
});
afterAll(() => broker.stop());

const connect = (options: IClientOptions = {}): Promise<MqttClient> =>
  mqtt.connectAsync(`mqtt://127.0.0.1:${broker.port}`, { protocolVersion: 4, reconnectPeriod: 0, ...options });

const nextMessage = (client: MqttClient): Promise<{ topic: string; payload: string; packet: IPublishPacket }> =>
  new Promise((done) => {
    client.once('message', (topic, payload, packet) => done({ topic, payload: payload.toString(), packet }));
  });

describe('MQTT.js', () => {
  test.each([0, 1, 2] as const)('gets a message at QoS %i', async (qos) => {
    const [publisher, subscriber] = [await connect(), await connect()];
    await subscriber.subscribeAsync(`interop/${qos}`, { qos });
    const arrived = nextMessage(subscriber);
    await publisher.publishAsync(`interop/${qos}`, `at ${qos}`, { qos });
    expect(await arrived).toMatchObject({
      topic: `interop/${qos}`,
      payload: `at ${qos}`,
      packet: { qos, retain: false },
    });
    await Promise.all([publisher.endAsync(), subscriber.endAsync()]);
  });

  test('gets a retained message', async () => {
    const publisher = await connect();
    await publisher.publishAsync('interop/retained', 'kept', { qos: 1, retain: true });
    const subscriber = await connect();
    const arrived = nextMessage(subscriber);
    await subscriber.subscribeAsync('interop/retained', { qos: 1 });
    expect(await arrived).toMatchObject({ payload: 'kept', packet: { retain: true } });
    await Promise.all([publisher.endAsync(), subscriber.endAsync()]);
  });

  test('has its will published', async () => {
    const watcher = await connect();
    await watcher.subscribeAsync('interop/will');
    const arrived = nextMessage(watcher);
    const victim = await connect({
      will: { topic: 'interop/will', payload: Buffer.from('gone'), qos: 0, retain: false },
    });
    victim.stream.destroy();
    expect(await arrived).toMatchObject({ payload: 'gone' });
    await watcher.endAsync();
    victim.end(true);
  });

  test('finds its session again, with what was queued', async () => {
    const session = { clientId: 'interop-session', clean: false };
    const first = await connect(session);
    await first.subscribeAsync('interop/session', { qos: 1 });
    await first.endAsync();
    const publisher = await connect();
    await publisher.publishAsync('interop/session', 'queued', { qos: 1 });
    const again = mqtt.connect(`mqtt://127.0.0.1:${broker.port}`, {
      protocolVersion: 4,
      reconnectPeriod: 0,
      ...session,
    });
    const present = new Promise<boolean>((done) => {
      again.once('connect', ({ sessionPresent }) => done(sessionPresent));
    });
    expect(await nextMessage(again)).toMatchObject({ payload: 'queued' });
    expect(await present).toBe(true);
    await Promise.all([publisher.endAsync(), again.endAsync()]);
  });

  test('of MQTT 3.1 is served too', async () => {
    const client = await connect({ protocolId: 'MQIsdp', protocolVersion: 3 });
    await client.subscribeAsync('interop/old', { qos: 2 });
    const arrived = nextMessage(client);
    await client.publishAsync('interop/old', 'old', { qos: 2 });
    expect(await arrived).toMatchObject({ payload: 'old' });
    await client.endAsync();
  });
});
