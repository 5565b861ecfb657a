import { expect, test } from 'vitest';
import { Pulse } from './pulse.ts';

/** A pulse whose answers are given, each after so many milliseconds of a clock of its own. */
function pulseOf({
  alive,
  answers,
  pings = false,
}: {
  readonly alive: readonly (readonly [served: boolean, ms: number])[];
  readonly answers: boolean;
  readonly pings?: boolean;
}) {
  let now = 0;
  const told = { lost: 0, asked: 0 };
  const left = [...alive];
  const pulse = new Pulse({
    now: () => now,
    alive: async () => {
      const [served, ms] = left.shift() ?? [true, 0];
      now += ms;
      return served;
    },
    answers: async () => {
      told.asked++;
      return answers;
    },
    pings: async () => pings,
    lost: () => told.lost++,
  });
  return { pulse, told };
}

test('a target that leaves newcomers waiting for long, and answers nobody then, is lost', async () => {
  const { pulse, told } = pulseOf({
    alive: [
      [false, 20_000],
      [false, 20_000],
    ],
    answers: false,
  });
  expect(await pulse.feel()).toBe(false);
  expect(told).toEqual({ lost: 0, asked: 0 });
  expect(await pulse.feel()).toBe(false);
  expect(told).toEqual({ lost: 1, asked: 1 });
});

test('who serves somebody in between is not lost', async () => {
  const { pulse, told } = pulseOf({
    alive: [
      [false, 20_000],
      [true, 19_000],
      [false, 20_000],
    ],
    answers: false,
  });
  for (let i = 0; i < 3; i++) await pulse.feel();
  expect(told).toEqual({ lost: 0, asked: 0 });
});

test('who answers a CONNECT, and nothing beyond it, is not lost', async () => {
  const { pulse, told } = pulseOf({
    alive: [
      [false, 40_000],
      [false, 40_000],
    ],
    answers: true,
  });
  for (let i = 0; i < 2; i++) await pulse.feel();
  expect(told).toEqual({ lost: 0, asked: 2 });
});

test('who lets nobody in and answers those who are there is busy, for a bounded time', async () => {
  const alive = [1, 2, 3, 4, 5].map(() => [false, 20_000] as const);
  const { pulse, told } = pulseOf({ alive, answers: false, pings: true });
  for (let i = 0; i < 4; i++) await pulse.feel();
  expect(told).toEqual({ lost: 0, asked: 3 });
  await pulse.feel();
  expect(told).toEqual({ lost: 1, asked: 4 });
});
