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
