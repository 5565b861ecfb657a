// What a program gets that embeds the broker: events, its own subscriptions, log, trace; with a client that we did not write.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { VirtualClock } from '../clock.ts';
import { changePasswordFile } from './access/password-file.ts';
import { hashPassword } from './access/scrypt.ts';
import {
  type Broker,
  type BrokerOptions,
  type EventName,
  jsonLine,
  type LogEntry,
  type Message,
  startBroker,
  textLine,
} from './index.ts';

const clients: MqttClient[] = [];
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.endAsync(true)));
});

async function client({ address }: Broker, options: IClientOptions = {}): Promise<MqttClient> {
  const one = mqtt.connect(address, { reconnectPeriod: 0, ...options });
  clients.push(one);
  await new Promise((connected, failed) => {
    one.once('connect', connected);
    one.once('error', failed);
  });
  return one;
}

const text = ({ topicName, payload, retain }: Message): string =>
  `${topicName} ${new TextDecoder().decode(payload)}${retain ? ' retained' : ''}`;
const bytes = (content: string): Uint8Array => new TextEncoder().encode(content);

/** Resolves at the next such event. */
function next(broker: Broker, name: EventName): Promise<unknown> {
  return new Promise((done) => {
    const listening = broker.on(name, (event: unknown) => {
      listening[Symbol.dispose]();
      done(event);
    });
  });
}

describe('events', () => {
  test('tell of clients, from outside to inside and back', async () => {
    const log: string[] = [];
    await using broker = await startBroker({
      port: 0,
      events: { connected: ({ clientId, connectionId }) => log.push(`connected ${clientId} #${connectionId}`) },
    });
    broker.on('subscribed', ({ clientId, topicFilter, qos }) =>
      log.push(`${clientId} subscribed ${topicFilter} ${qos}`),
    );
    broker.on('unsubscribed', ({ clientId, topicFilter }) => log.push(`${clientId} unsubscribed ${topicFilter}`));
    broker.on('published', (message) => log.push(`published ${text(message)}`));
    const one = await client(broker, { clientId: 'one' });
    await one.subscribeAsync('a/+', { qos: 1 });
    await one.publishAsync('a/b', 'x', { qos: 1 });
    await one.unsubscribeAsync('a/+');
    const gone = next(broker, 'disconnected');
    await one.endAsync();
    expect(await gone).toMatchObject({ clientId: 'one', reason: 'disconnect', remoteAddress: '127.0.0.1' });
    expect(log).toEqual(['connected one #1', 'one subscribed a/+ 1', 'published a/b x', 'one unsubscribed a/+']);
  });
});

describe('subscriptions of the program', () => {
  test('get retained messages at once, live ones as they come, and nothing once they are disposed', async () => {
    await using broker = await startBroker({ port: 0 });
    broker.publish({ topicName: 'a/kept', payload: bytes('old'), qos: 1, retain: true });
    const got: string[] = [];
    const subscription = broker.subscribe('a/#', (message) => got.push(text(message)));
    const one = await client(broker);
    await one.publishAsync('a/x', 'new', { qos: 2, retain: true });
    await one.publishAsync('b', 'other', { qos: 1 });
    subscription[Symbol.dispose]();
    await one.publishAsync('a/y', 'late', { qos: 1 });
    expect(got).toEqual(['a/kept old retained', 'a/x new']);
  });

  test('get $SYS of the broker, and nothing that clients publish there', async () => {
    const clock = new VirtualClock();
    await using broker = await startBroker({ port: 0, clock, sysIntervalMs: 1_000 });
    const got: string[] = [];
    broker.subscribe('$SYS/#', (message) => got.push(text(message)));
    expect(got).toContain('$SYS/broker/uptime 0 seconds retained');
    const one = await client(broker, { keepalive: 0 });
    await one.publishAsync('$SYS/broker/uptime', 'forged', { qos: 1 });
    got.splice(0);
    clock.advance(1_000);
    expect(got).toContain('$SYS/broker/uptime 1 seconds');
    expect(got).toContain('$SYS/broker/clients/connected 1');
  });

  test('may publish from within, also to themselves', async () => {
    await using broker = await startBroker({ port: 0 });
    const got: string[] = [];
    broker.subscribe('ask', () => broker.publish({ topicName: 'answer', payload: bytes('42'), qos: 0, retain: false }));
    broker.subscribe('answer', (message) => got.push(text(message)));
    const one = await client(broker);
    const answer = new Promise<string>((done) => one.on('message', (_topic, payload) => done(payload.toString())));
    await one.subscribeAsync('answer');
    await one.publishAsync('ask', '?', { qos: 1 });
    expect(await answer).toBe('42');
    expect(got).toEqual(['answer 42']);
  });
});

describe('secrets', () => {
  let folder: string;
  let passwordFile: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mqttspec-secrets-'));
    passwordFile = join(folder, 'users');
    await changePasswordFile(passwordFile, 'alice', await hashPassword(bytes('right-Password'), { ln: 2, r: 1, p: 1 }));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('are neither in the log, nor in the trace, nor in events', async () => {
    const lines: string[] = [];
    const write = (entry: LogEntry): void => void lines.push(textLine(entry), jsonLine(entry));
    const events = Object.fromEntries(
      ['connected', 'disconnected', 'refused', 'denied', 'closed', 'subscribed'].map((name) => [
        name,
        (event: unknown) => lines.push(JSON.stringify(event)),
      ]),
    );
    await using broker = await startBroker({
      port: 0,
      access: { passwordFile, permissions: [{ publish: ['allowed'] }] },
      log: { level: 'debug', write },
      trace: (line) => lines.push(line),
      events,
    });
    const alice = { username: 'alice', password: 'right-Password' };
    const one = await client(broker, { ...alice, clientId: 'good' });
    await one.publishAsync('forbidden', 'x', { qos: 1 });
    await expect(client(broker, { ...alice, password: 'wrong-Password' })).rejects.toThrow(/Bad username or password/);
    await expect(
      client(broker, { ...alice, password: 'xxxwrong-Password', clean: false, clientId: '' }),
    ).rejects.toThrow();
    const all = lines.join('\n');
    expect(all).toContain('password=***');
    expect(all).toContain('CONNECT refused');
    expect(all).toMatch(/warn #1 publish denied .*clientId="good" userName="alice".* topic="forbidden"/);
    for (const form of ['utf8', 'hex', 'base64'] as const)
      expect(all).not.toContain(Buffer.from('Password').toString(form).replace(/=+$/, ''));
  });
});

test('what a program publishes is as it was then, whatever becomes of its buffer', async () => {
  await using broker = await startBroker({ port: 0 });
  const payload = bytes('then');
  broker.publish({ topicName: 't', payload, qos: 1, retain: true });
  payload.fill(0);
  const got: string[] = [];
  broker.subscribe('t', (message) => got.push(text(message)));
  expect(got).toEqual(['t then retained']);
});

test('a broker can be stopped twice, with data too', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mqttspec-stopped-'));
  await using broker = await startBroker({ port: 0, data: join(folder, 'data') });
  const [once, again] = [broker.stop(), broker.stop()];
  await Promise.all([once, again]);
  await broker.stop();
  await rm(folder, { recursive: true });
});

describe('access', () => {
  test('asks a program for each delivery, beside passwords and permissions', async () => {
    await using broker = await startBroker({
      port: 0,
      access: { anonymous: true },
      authorize: ({ kind, topic }) => kind !== 'receive' || topic === 'open',
      authorizesDeliveries: true,
    });
    const one = await client(broker);
    await one.subscribeAsync('#');
    const came = new Promise((done) => one.once('message', done));
    await one.publishAsync('secret', 'x', { qos: 1 });
    await one.publishAsync('open', 'x', { qos: 1 });
    expect(await came).toBe('open');
  });

  test('can be loaded again while clients are connected: permissions hold at once, for old subscriptions too', async () => {
    await using broker = await startBroker({
      port: 0,
      access: { permissions: [{ publish: ['#'], subscribe: ['#'] }] },
    });
    const one = await client(broker);
    const got: string[] = [];
    one.on('message', (topicName) => got.push(topicName));
    await one.subscribeAsync('#');
    await broker.reload({ permissions: [{ publish: ['#'], subscribe: ['open'] }] });
    await one.publishAsync('secret', 'x', { qos: 1 });
    const came = new Promise((done) => one.once('message', done));
    await one.publishAsync('open', 'x', { qos: 1 });
    await came;
    expect(got).toEqual(['open']);
    const refused = await one.subscribeAsync('secret').catch((error: Error) => error.message);
    expect(refused).toMatch(/Unspecified error|128/);
  });

  test('keeps a client id for its user: whoever else comes with it is refused, and the owner does not even notice', async () => {
    await using broker = await startBroker({
      port: 0,
      authenticate: () => 'accepted',
      access: { clientIds: [{ clientId: 'boiler', users: ['alice'] }] },
    });
    const owner = await client(broker, { clientId: 'boiler', username: 'alice', clean: false });
    await owner.subscribeAsync('t', { qos: 1 });
    for (const options of [{ username: 'bob' }, {}, { username: 'bob', clean: true }])
      await expect(client(broker, { clientId: 'boiler', clean: false, ...options })).rejects.toThrow(
        /Identifier rejected/,
      );
    const came = new Promise((done) => owner.once('message', done));
    broker.publish({ topicName: 't', payload: bytes('x'), qos: 1, retain: false });
    expect(await came).toBe('t');
    expect([broker.sessions, broker.statistics.clientsConnected]).toEqual([1, 1]);
  });

  test('keeps a session for the user who has opened it, also over a restart with the same data', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'mqttspec-owner-'));
    const options: BrokerOptions = {
      port: 0,
      data: join(folder, 'data'),
      authenticate: () => 'accepted',
      access: { sessionOwners: 'first user' },
    };
    {
      await using broker = await startBroker(options);
      const owner = await client(broker, { clientId: 'c', username: 'alice', clean: false });
      await owner.subscribeAsync('t', { qos: 1 });
      await owner.endAsync();
    }
    {
      await using broker = await startBroker(options);
      await expect(client(broker, { clientId: 'c', username: 'bob', clean: true })).rejects.toThrow(
        /Identifier rejected/,
      );
      await expect(client(broker, { clientId: 'c', clean: true })).rejects.toThrow(/Identifier rejected/);
      const connected = next(broker, 'connected');
      await client(broker, { clientId: 'c', username: 'alice', clean: false });
      expect(await connected).toMatchObject({ userName: 'alice', sessionPresent: true });
    }
    await rm(folder, { recursive: true });
  });

  test('cannot be turned on later', async () => {
    await using broker = await startBroker({ port: 0 });
    await broker.reload();
    await expect(broker.reload({ anonymous: false })).rejects.toThrow(
      'access: cannot be turned on while the broker runs',
    );
  });

  test('that is wrong keeps the broker from starting', async () => {
    const starting = startBroker({ port: 0, access: { passwordFile: '/nowhere/users' } });
    await expect(starting).rejects.toThrow(/^access\.passwordFile: cannot read the password file \/nowhere\/users/);
  });
});
