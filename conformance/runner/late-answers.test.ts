// A target that answers late is not accused: its answer counts as missing only once it has caught up with the connection.
import { connect, createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { type Broker, startBroker } from '../../reference/broker/index.ts';
import { decode } from '../../reference/codec/decode.ts';
import { Framer } from '../../reference/codec/framer.ts';
import { runConformance } from '../index.ts';
import { elapse } from '../wire/patience.ts';
import { listening } from '../wire/play/silent-target.ts';

/** Which frames of the broker are held back, and what of the client's lets them go. */
interface Delay {
  readonly holds: (frame: Uint8Array, connect: Uint8Array) => boolean;
  readonly releases: (chunk: Uint8Array) => boolean;
  /** Milliseconds between what was held back and the next of it; left out, all goes at once. */
  readonly pauseMs?: number;
}

/** Passes everything on, but some frames late. */
async function startProxy(broker: Broker, { holds, releases, pauseMs }: Delay) {
  const server = createServer((client) => {
    const upstream = connect({ port: broker.port, host: '127.0.0.1' });
    const held: Uint8Array[] = [];
    let connectBytes: Uint8Array = new Uint8Array(0);
    const framer = new Framer();
    upstream.on('data', (chunk) =>
      framer.push(chunk, (frame) => {
        if (holds(frame, connectBytes)) held.push(Uint8Array.from(frame));
        else client.write(Uint8Array.from(frame));
      }),
    );
    client.on('data', (chunk) => {
      if (connectBytes.length === 0) connectBytes = Uint8Array.from(chunk);
      if (releases(chunk)) for (const frame of held.splice(0)) client.write(frame);
      upstream.write(chunk);
    });
    if (pauseMs !== undefined) {
      const timer = setInterval(() => {
        const frame = held.shift();
        if (frame !== undefined) client.write(frame);
      }, pauseMs);
      client.on('close', () => clearInterval(timer));
    }
    tie(client, upstream);
    tie(upstream, client);
  });
  return listening(server);
}

function tie(one: Socket, other: Socket): void {
  one.on('close', () => other.destroy());
  one.on('error', () => other.destroy());
}

/** Milliseconds that a target takes over each filter of a SUBSCRIBE. */
function overFilters(msOf: (filters: number) => number): (frame: Uint8Array) => number {
  return (frame) => {
    const packet = frame[0] === 0x82 ? decode(frame, { level: 4, sentBy: 'client' }) : undefined;
    return packet?.type === 'subscribe' ? msOf(packet.subscriptions.length) : 0;
  };
}

/** Passes all on in order, and takes its time over some of a client's packets; what stands behind waits, and is lost when the connection ends. */
async function startSlowProxy(broker: Broker, msOf: (frame: Uint8Array) => number) {
  const server = createServer((client) => {
    const upstream = connect({ port: broker.port, host: '127.0.0.1' });
    let turn = Promise.resolve();
    const framer = new Framer();
    client.on('data', (chunk) =>
      framer.push(chunk, (frame) => {
        const bytes = Uint8Array.from(frame);
        turn = turn.then(() => elapse(msOf(bytes))).then(() => void upstream.write(bytes));
      }),
    );
    upstream.on('data', (chunk) => client.write(chunk));
    tie(client, upstream);
    tie(upstream, client);
  });
  return listening(server);
}

const slownesses = [
  ['so long over each filter', (filters: number) => filters * 30],
  // A target whose subscriptions are stuck serves CONNECT and PINGREQ of others all the time.
  ['so long over all that come now', (filters: number) => (filters > 1 ? 1_500 : 200)],
] as const;

test.each(slownesses)('who takes %s is not accused of silence', async (_, msOf) => {
  await using broker = await startBroker({ port: 0 });
  await using proxy = await startSlowProxy(broker, overFilters(msOf));
  const { scenarios } = await runConformance({
    target: `127.0.0.1:${proxy.port}`,
    only: ['return-codes-for-40-filters'],
    protocols: ['3.1.1'],
    repeatFailures: 0,
    timeoutMs: 100,
  });
  expect(scenarios.find(({ id }) => id === 'return-codes-for-40-filters')?.verdict).toBe('pass');
});

const cases = [
  ['with the next packet', 'pass'],
  ['never', 'fail'],
] as const;

test.each(cases)('a SUBACK that comes %s makes a %s', async (releases, verdict) => {
  await using broker = await startBroker({ port: 0 });
  await using proxy = await startProxy(broker, {
    holds: (frame) => frame[0] === 0x90 && frame.length > 5,
    releases: () => releases === 'with the next packet',
  });
  const { scenarios } = await runConformance({
    target: `127.0.0.1:${proxy.port}`,
    only: ['return-codes-for-10-filters'],
    protocols: ['3.1.1'],
    repeatFailures: 1,
    timeoutMs: 300,
  });
  expect(scenarios.find(({ id }) => id === 'return-codes-for-10-filters')?.verdict).toBe(verdict);
});

test('of several copies the one at the highest QoS may come last', async () => {
  await using broker = await startBroker({ port: 0, rules: { publish: { matchesServed: (matches) => matches } } });
  // QoS 2 comes only behind the PUBACK for the copy at QoS 1.
  await using proxy = await startProxy(broker, {
    holds: (frame) => (frame[0] ?? 0) >> 4 === 3 && ((frame[0] ?? 0) & 6) === 4,
    releases: (chunk) => chunk[0] === 0x40,
  });
  const only = ['overlap-of-three', 'overlap-1-2-exact-first', 'overlap-2-1-wildcard-first'];
  const { scenarios } = await runConformance({ target: `127.0.0.1:${proxy.port}`, only, protocols: ['3.1.1'] });
  const verdicts = only.map((id) => scenarios.find((one) => one.id === id)?.verdict);
  expect(verdicts).toEqual(['pass', 'pass', 'pass']);
});

test('who needs longer than the bound for many messages, but goes on sending, is not accused', {
  timeout: 60_000,
}, async () => {
  await using broker = await startBroker({ port: 0 });
  await using proxy = await startProxy(broker, {
    holds: (frame) => (frame[0] ?? 0) >> 4 === 3,
    releases: () => false,
    pauseMs: 25,
  });
  const only = ['ninety-queued-at-qos-1', 'ninety-queued-at-qos-2'];
  const { scenarios } = await runConformance({
    target: `127.0.0.1:${proxy.port}`,
    only,
    protocols: ['3.1.1'],
    repeatFailures: 0,
    timeoutMs: 1_000,
  });
  expect(only.map((id) => scenarios.find((one) => one.id === id)?.verdict)).toEqual(['pass', 'pass']);
});

test('who answers PINGREQ later than all else is not accused of silence', { timeout: 60_000 }, async () => {
  await using broker = await startBroker({ port: 0 });
  await using proxy = await startProxy(broker, {
    holds: (frame) => frame[0] === 0xd0,
    releases: () => false,
    pauseMs: 600,
  });
  const only = ['plain-connect', 'connect-with-empty-will-message', 'connect-with-binary-will-message'];
  const { scenarios } = await runConformance({
    target: `127.0.0.1:${proxy.port}`,
    only,
    protocols: ['3.1.1'],
    repeatFailures: 0,
  });
  expect(only.map((id) => scenarios.find((one) => one.id === id)?.verdict)).toEqual(['pass', 'pass', 'pass']);
});

test('a CONNACK that comes late tells of a session all the same', { timeout: 60_000 }, async () => {
  await using broker = await startBroker({ port: 0 });
  let stored = 0;
  await using proxy = await startProxy(broker, {
    // Whose session is new waits, but for those that find out what the target offers.
    holds: (frame, connect) => frame[0] === 0x20 && frame[2] === 0 && ((connect[9] ?? 0) & 2) === 0 && ++stored > 4,
    releases: () => false,
    pauseMs: 400,
  });
  const only = ['replay-activemq-session-qos-1', 'replay-ejabberd-session-qos-2'];
  const { scenarios } = await runConformance({
    target: `127.0.0.1:${proxy.port}`,
    only,
    protocols: ['3.1.1'],
    repeatFailures: 0,
    timeoutMs: 100,
  });
  expect(only.map((id) => scenarios.find((one) => one.id === id)?.verdict)).toEqual(['pass', 'pass']);
});

test('who had not read an acknowledgement when the connection ended may send again', { timeout: 60_000 }, async () => {
  await using broker = await startBroker({ port: 0 });
  const isAcknowledgement = (frame: Uint8Array) => [4, 5, 7].includes((frame[0] ?? 0) >> 4);
  await using proxy = await startSlowProxy(broker, (frame) => (isAcknowledgement(frame) ? 20 : 0));
  const only = ['queued-at-every-absence', 'session-resumed-after-every-end'];
  const { scenarios } = await runConformance({
    target: `127.0.0.1:${proxy.port}`,
    only,
    protocols: ['3.1.1'],
    repeatFailures: 0,
  });
  expect(only.map((id) => scenarios.find((one) => one.id === id)?.verdict)).toEqual(['pass', 'pass']);
});
