// One attack, with all that is watched meanwhile. In: limits, the attack. Out: nothing, or the first thing that went wrong.
import { afterAll, expect } from 'vitest';
import { startCanary } from './canary.ts';
import { type Holdings, startVictim, type Victim, type VictimLimits } from './victim.ts';

export const mebibyte = 1_048_576;

export interface Attack {
  readonly limits?: VictimLimits;
  /** The attack; what it returns is called once the figures of the height of the attack are taken, and ends it. */
  readonly begin: (victim: Victim) => Promise<() => Promise<void> | void>;
  /** Memory that the broker may have grown by at the height of the attack. */
  readonly mostBytes?: number;
  /** The same for memory that is in use and not merely reserved. */
  readonly mostResidentBytes?: number;
  /** Memory that it may have grown by when the attack is over. */
  readonly keptBytes?: number;
}

const usualGrowth = 16 * mebibyte;

/** A broker for each set of limits: it has to survive all attacks of a file, one after the other. */
const victims = new Map<string, Promise<Victim>>();

function victimWith(limits: VictimLimits): Promise<Victim> {
  const key = JSON.stringify(limits);
  const started = victims.get(key) ?? startVictim(limits);
  victims.set(key, started);
  return started;
}

afterAll(async () => {
  for (const victim of victims.values()) await (await victim)[Symbol.asyncDispose]();
});

/** Attacks a broker while a canary sings. */
export async function underAttack(attack: Attack): Promise<void> {
  const { limits = {}, begin, keptBytes = usualGrowth } = attack;
  const victim = await victimWith(limits);
  const before = await victim.holdingsWith(0);
  await using canary = await startCanary(victim.ports.tcp);
  const end = await begin(victim);
  const height = await victim.holdings();
  await end();
  const song = await canary.sungUntilNow();
  const after = await victim.holdingsBelow(before.bytes + keptBytes);
  expect(victim.death).toBeUndefined();
  expect(song.rounds).toBeGreaterThan(0);
  expect(grown(height, before)).toBeLessThan(attack.mostBytes ?? Number.POSITIVE_INFINITY);
  expect(height.residentBytes - before.residentBytes).toBeLessThan(
    attack.mostResidentBytes ?? Number.POSITIVE_INFINITY,
  );
  expect(grown(after, before)).toBeLessThan(keptBytes);
  process.stderr.write(
    `  ${words(height, before)} at its height, ${words(after, before)} behind; canary ${song.rounds} rounds, slowest ${song.slowestMs} ms, ` +
      `longest turn ${Math.max(height.longestTurnMs, after.longestTurnMs)} ms\n`,
  );
}

const grown = (later: Holdings, before: Holdings): number => later.bytes - before.bytes;
const words = (later: Holdings, before: Holdings): string => `${(grown(later, before) / mebibyte).toFixed(1)} MiB`;
