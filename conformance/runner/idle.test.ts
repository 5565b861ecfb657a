// A server may disconnect a client that it takes for inactive, whatever its Keep Alive (section 3.1.2.10): then all alike.
import { expect, test } from 'vitest';
import { startBroker } from '../../reference/broker/index.ts';
import { runConformance } from '../index.ts';

const only = 'keep-alive-of-hours';

test.each([
  ['every client that is silent for a second', () => 1_000, 'observed'],
  [
    'whose Keep Alive is above 32,767 at once',
    (keepAlive: number) => (keepAlive > 32_767 ? 100 : Number.POSITIVE_INFINITY),
    'fail',
  ],
])('who disconnects %s', { timeout: 60_000 }, async (_, keepAliveAllowanceMs, verdict) => {
  await using broker = await startBroker({ port: 0, rules: { connect: { keepAliveAllowanceMs } } });
  const { scenarios } = await runConformance({
    target: `127.0.0.1:${broker.port}`,
    only: [only],
    protocols: ['3.1.1'],
    repeatFailures: 0,
  });
  expect(scenarios.find(({ id }) => id === only)?.verdict).toBe(verdict);
});
