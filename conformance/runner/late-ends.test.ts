// No sentence says how soon a connection has to be closed upon a violation: a target is waited for as long as it needs.
import { connect, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { startBroker } from '../../reference/broker/index.ts';
import { runConformance } from '../index.ts';
import { elapse } from '../wire/patience.ts';
import { listening } from '../wire/play/silent-target.ts';

interface Late {
  readonly byTarget?: () => number;
  readonly byClient?: () => number;
}

/** Passes all on at once, but the ends of connections, which come so late: those by the target, or those by a client. */
async function startLateProxy(port: number, late: Late) {
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect({ port, host: '127.0.0.1' });
    client.on('data', (chunk) => upstream.write(chunk));
    client.on('end', () => void elapse(late.byClient?.() ?? 0).then(() => upstream.end()));
    upstream.on('data', (chunk) => client.write(chunk));
    upstream.on('end', () => void elapse(late.byTarget?.() ?? 0).then(() => client.end()));
    client.on('error', () => upstream.destroy());
    upstream.on('error', () => client.destroy());
  });
  return listening(server);
}

const late = [
  {
    who: 'closes connections a second after a violation',
    late: { byTarget: () => 1_000 },
    only: ['publish-with-qos-3', 'violation-reserved-type-15', 'connect-surplus-byte'],
  },
  {
    who: 'publishes wills a second after the end of a connection',
    late: { byClient: () => 1_000 },
    only: ['will-after-fin', 'will-message-is-bytes', 'replay-mosquitto-will'],
  },
  {
    who: 'looks once a second for wills that are due',
    late: { byClient: () => 1_000 - (performance.now() % 1_000) },
    only: ['will-after-fin', 'will-message-is-bytes', 'replay-mosquitto-will'],
  },
];

test.each(late)('who $who is accused of nothing', { timeout: 60_000 }, async ({ late, only }) => {
  await using broker = await startBroker({ port: 0 });
  await using proxy = await startLateProxy(broker.port, late);
  const { scenarios } = await runConformance({
    target: `127.0.0.1:${proxy.port}`,
    only,
    protocols: ['3.1.1'],
    repeatFailures: 0,
  });
  expect(only.map((id) => scenarios.find((one) => one.id === id)?.verdict)).toEqual(only.map(() => 'pass'));
});

test('wills at QoS 0 that are all late are not taken for retained ones by whoever subscribes meanwhile', {
  timeout: 60_000,
}, async () => {
  await using broker = await startBroker({ port: 0 });
  const lateMs = 600;
  const held: (() => void)[] = [];
  let died = 0;
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect({ port: broker.port, host: '127.0.0.1' });
    const isSentinel = (chunk: Buffer): boolean => chunk[0] === 0x30 && chunk.includes('sentinel');
    let isMortal = false;
    client.on('data', async (chunk) => {
      isMortal ||= chunk[0] === 0x10 && chunk.includes('gone');
      if (isSentinel(chunk)) for (const end of held.splice(0)) end();
      if (isSentinel(chunk)) await elapse(100);
      upstream.write(chunk);
    });
    client.on('end', async () => {
      // Those that die first come in time for their checks, those that die in their place ahead of the sentinel.
      if (isMortal) await (++died <= 6 ? elapse(lateMs) : new Promise<void>((end) => held.push(end)));
      upstream.end();
    });
    upstream.on('data', (chunk) => client.write(chunk));
    upstream.on('end', () => client.end());
    client.on('error', () => upstream.destroy());
    upstream.on('error', () => client.destroy());
  });
  await using proxy = await listening(server);
  const only = ['will-after-fin'];
  const { scenarios } = await runConformance({
    target: `127.0.0.1:${proxy.port}`,
    only,
    protocols: ['3.1.1'],
    repeatFailures: 0,
    timeoutMs: 400,
  });
  expect(scenarios.find(({ id }) => id === only[0])?.verdict).toBe('pass');
});
