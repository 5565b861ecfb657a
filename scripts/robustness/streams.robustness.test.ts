// Mutated and random byte streams over sockets against a broker in a process of its own.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BrokenSessions } from './broken-sessions.ts';
import { ByteStreams, clientIds, topicNames } from './byte-streams.ts';
import { startCanary } from './canary.ts';
import { fuzz } from './fuzz.ts';
import { connectPeer, publishBytes } from './peer.ts';
import { Random } from './random.ts';
import { stock } from './stock.ts';
import { seed, streams } from './stream-count.ts';
import { startVictim, type VictimLimits } from './victim.ts';

const mebibyte = 1_048_576;
/** What a session or a retained message of a mutated client id or topic may cost, which nobody knows to clear. */
const leftBehindBytes = 8_192;

/** Ends the sessions and retained messages that streams have left under names that are known. */
async function clear(port: number): Promise<void> {
  for (const clientId of clientIds) {
    using peer = await connectPeer(port, clientId);
    for (const topicName of topicNames) peer.send(publishBytes(topicName, new Uint8Array(), { retain: true }));
    await peer.ping();
  }
}

type SourceOf = (random: Random) => { next(): Uint8Array };
const mutated: SourceOf = (random) => new ByteStreams(random, stock());
const broken: SourceOf = (random) => {
  const sessions = new BrokenSessions(random);
  return { next: () => sessions.next().bytes };
};

async function survives(streams: number, limits: VictimLimits, sourceOf = mutated): Promise<void> {
  await using victim = await startVictim({ maxQueuedMessages: 1_000, connectTimeoutMs: 5_000, ...limits });
  const port = victim.ports.tcp;
  const random = new Random(seed);
  const source = sourceOf(random);
  const throwing = { port, next: () => source.next(), concurrency: 64, resets: () => random.chance(40) };

  // The first streams bring the code and its caches to their usual size.
  await fuzz({ ...throwing, streams: Math.min(streams, 3_000) });
  await clear(port);
  const before = await victim.holdingsWith(0);

  await using canary = await startCanary(port);
  const began = performance.now();
  const result = await fuzz({
    ...throwing,
    streams,
    progress: (done) => {
      if (done % 50_000 === 0) process.stderr.write(`${done} of ${streams} streams\n`);
    },
  });
  const seconds = (performance.now() - began) / 1_000;
  const { longestTurnMs } = await victim.holdings();
  const song = await canary.sungUntilNow().catch((cause: unknown) => {
    throw new Error(`longest turn of the broker: ${longestTurnMs} ms`, { cause });
  });
  await clear(port);
  const after = await victim.holdingsWith(0);

  const left = Math.max(0, after.sessions + after.retainedMessages - before.sessions - before.retainedMessages);
  const grown = after.bytes - before.bytes;
  process.stderr.write(
    `seed ${seed}: ${result.streams} streams, ${result.bytes} bytes in ${seconds.toFixed(1)} s, ${result.accepted} let in; ` +
      `canary ${song.rounds} rounds, slowest ${song.slowestMs} ms; longest turn ${longestTurnMs} ms; memory ${(before.bytes / mebibyte).toFixed(1)} to ` +
      `${(after.bytes / mebibyte).toFixed(1)} MiB, resident ${(after.residentBytes / mebibyte).toFixed(0)} MiB, ${left} sessions and retained messages left\n`,
  );
  expect(victim.death).toBeUndefined();
  expect(result.streams).toBe(streams);
  expect(result.accepted).toBeGreaterThan(streams / 10);
  expect(song.rounds).toBeGreaterThan(0);
  expect(grown).toBeLessThan(16 * mebibyte + left * leftBehindBytes);
}

const counted = (count: number): string => `${count.toLocaleString('en')} byte streams, seed ${seed}`;

test(`${counted(streams)}: no crash, no hang, nothing kept, others are served`, () => survives(streams, {}));

test(`${counted(streams)}, each a session with one thing wrong`, () => survives(streams, {}, broken));

test(`${counted(streams / 5)}, against a broker that keeps its sessions on the disk`, async () => {
  const data = mkdtempSync(join(tmpdir(), 'mqttspec-robustness-'));
  try {
    await survives(streams / 5, { data });
    // What it has written under attack can be read again.
    await (await startVictim({ data }))[Symbol.asyncDispose]();
  } finally {
    rmSync(data, { recursive: true });
  }
});

test.each(['tls', 'ws'] as const)('1,000 byte streams to its port for %s', async (kind) => {
  await using victim = await startVictim();
  const random = new Random(seed);
  const source = new ByteStreams(random, stock());
  await using canary = await startCanary(victim.ports.tcp);
  const port = victim.ports[kind];
  await fuzz({ port, next: () => source.next(), concurrency: 64, resets: () => random.chance(50), streams: 1_000 });
  expect((await canary.sungUntilNow()).rounds).toBeGreaterThan(0);
  expect((await victim.holdingsWith(0)).connections).toBe(0);
  expect(victim.death).toBeUndefined();
});
