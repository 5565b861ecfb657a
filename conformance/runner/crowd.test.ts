// Who lets in so many at once, or so many a second, turns away whoever comes beyond: no scenario is to blame for that.
import { connect, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { connectRules } from '../../reference/broker/core/rules/connect.ts';
import { type Broker, startBroker } from '../../reference/broker/index.ts';
import type { Connect } from '../../reference/codec/packet.ts';
import { runConformance } from '../index.ts';
import { listening } from '../wire/play/silent-target.ts';
import { Crowd } from './crowd.ts';

/** Passes on to a broker those whom `letsIn` lets in, given how many are there; the others find their connections closed. */
async function startDoor(broker: Broker, letsIn: (there: number) => boolean) {
  let there = 0;
  const server = createServer((client) => {
    client.on('error', () => client.destroy());
    if (!letsIn(there)) return void client.resume().end();
    there++;
    const upstream = connect({ port: broker.port, host: '127.0.0.1' });
    client.on('close', () => {
      there--;
      upstream.destroy();
    });
    upstream.on('close', () => client.end());
    upstream.on('error', () => client.destroy());
    client.pipe(upstream);
    upstream.pipe(client);
  });
  return listening(server);
}

/** So many a second, whatever they did before. */
function aSecond(most: number): () => boolean {
  let second = 0;
  let came = 0;
  return () => {
    const now = Math.floor(performance.now() / 1_000);
    if (now !== second) came = 0;
    second = now;
    return ++came <= most;
  };
}

const limits = [
  ['at most 20 connections at once', (there: number) => there < 20],
  ['at most 150 new connections a second', aSecond(150)],
] as const;

test.each(limits)('who lets in %s is accused of nothing', { timeout: 300_000 }, async (_, letsIn) => {
  await using broker = await startBroker({ port: 0 });
  await using door = await startDoor(broker, letsIn);
  const { scenarios } = await runConformance({
    target: `127.0.0.1:${door.port}`,
    only: ['4.7'],
    protocols: ['3.1.1'],
    repeatFailures: 1,
  });
  const verdictsOf = (...wanted: string[]) => scenarios.filter(({ verdict }) => wanted.includes(verdict));
  expect(verdictsOf('fail', 'warn', 'error').map(({ id, reason }) => `${id}: ${reason}`)).toEqual([]);
});

test('who turns away one client alone, and lets in all others, is accused', async () => {
  const refusesClientId = (asked: Connect) =>
    connectRules.refusesClientId(asked) ?? (asked.clientId.endsWith('0123456789abcd') ? 3 : undefined);
  await using broker = await startBroker({ port: 0, rules: { connect: { refusesClientId } } });
  const only = ['client-ids-of-23'];
  const { scenarios } = await runConformance({ target: `127.0.0.1:${broker.port}`, only, protocols: ['3.1.1'] });
  expect(scenarios.find(({ id }) => id === only[0])?.verdict).toBe('fail');
});

test('who was turned away is asked for by newcomers, once for all who were so at the same time', async () => {
  let asked = 0;
  let isFull = true;
  const turnsAway = async (): Promise<boolean> => {
    asked++;
    return isFull;
  };
  const crowd = new Crowd({ now: () => 1_000, turnsAway });
  await Promise.all([crowd.suspect(), crowd.suspect()]);
  expect(asked).toBe(1);
  expect(await crowd.wasFullSince(900)).toBe(true);
  expect(await crowd.wasFullSince(1_001)).toBe(false);
  isFull = false;
  await crowd.suspect();
  expect(asked).toBe(2);
});
