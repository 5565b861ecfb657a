// Whoever would take too long for 65,536 messages is asked for fewer of them, unless the user wants them all.
import { connect, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { startBroker } from '../../reference/broker/index.ts';
import { runConformance } from '../index.ts';
import { elapse } from '../wire/patience.ts';
import { listening } from '../wire/play/silent-target.ts';

/** So many bytes at once are many packets. */
const manyBytes = 2_000;

/** Passes on so late what a client sends as many packets at once, for the first seconds of that. */
async function startSlowProxy(port: number, { manyMs, forMs }: { manyMs: number; forMs: number }) {
  const server = createServer((client) => {
    const upstream = connect({ port, host: '127.0.0.1' });
    let last = Promise.resolve();
    let fastFrom: number | undefined;
    const delayOf = (bytes: number): number => {
      if (bytes < manyBytes) return 0;
      fastFrom ??= performance.now() + forMs;
      return performance.now() < fastFrom ? manyMs : 0;
    };
    client.on('data', (chunk) => {
      last = last.then(() => elapse(delayOf(chunk.length))).then(() => void upstream.write(chunk));
    });
    upstream.on('data', (chunk) => client.write(chunk));
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
    client.on('error', () => upstream.destroy());
    upstream.on('error', () => client.destroy());
  });
  return listening(server);
}

test.each([
  { thorough: false, verdict: 'skipped' },
  { thorough: true, verdict: 'pass' },
])('a slow target, thorough: $thorough', { timeout: 60_000 }, async ({ thorough, verdict }) => {
  await using broker = await startBroker({ port: 0 });
  await using proxy = await startSlowProxy(broker.port, { manyMs: 200, forMs: 5_000 });
  const { scenarios } = await runConformance({
    target: `127.0.0.1:${proxy.port}`,
    only: ['identifiers-wrap'],
    protocols: ['3.1.1'],
    repeatFailures: 0,
    thorough,
  });
  const wrap = scenarios.find(({ id }) => id === 'identifiers-wrap');
  expect(wrap?.verdict).toBe(verdict);
  if (!thorough) expect(wrap?.reason).toContain('--thorough');
});
