// No sentence says how soon a connection has to be closed upon a violation: a target is waited for as long as it needs.
import { connect, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { startBroker } from '../../reference/broker/index.ts';
import { runConformance } from '../index.ts';
import { elapse } from '../wire/patience.ts';
import { listening } from '../wire/play/silent-target.ts';

/** Passes all on at once, but the end of a connection, which comes so late. */
async function startLateProxy(port: number, lateMs: number) {
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect({ port, host: '127.0.0.1' });
    client.on('data', (chunk) => upstream.write(chunk));
    client.on('end', () => upstream.end());
    upstream.on('data', (chunk) => client.write(chunk));
    upstream.on('end', () => void elapse(lateMs).then(() => client.end()));
    client.on('error', () => upstream.destroy());
    upstream.on('error', () => client.destroy());
  });
  return listening(server);
}

test('who closes connections a second after a violation is accused of nothing', { timeout: 60_000 }, async () => {
  await using broker = await startBroker({ port: 0 });
  await using proxy = await startLateProxy(broker.port, 1_000);
  const only = ['publish-with-qos-3', 'violation-reserved-type-15', 'connect-surplus-byte'];
  const { scenarios } = await runConformance({
    target: `127.0.0.1:${proxy.port}`,
    only,
    protocols: ['3.1.1'],
    repeatFailures: 0,
  });
  expect(only.map((id) => scenarios.find((one) => one.id === id)?.verdict)).toEqual(['pass', 'pass', 'pass']);
});
