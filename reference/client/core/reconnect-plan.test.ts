import { describe, expect, test } from 'vitest';
import { ReconnectPlan, reconnectSettings } from './reconnect-plan.ts';

const delays = (plan: ReconnectPlan, count: number): (number | undefined)[] =>
  Array.from({ length: count }, () => plan.next(0));

describe('the reconnect plan', () => {
  test('doubles its delays up to the longest', () => {
    const plan = new ReconnectPlan(reconnectSettings({ firstDelayMs: 100, maxDelayMs: 1_000, jitter: 0 }), () => 0);
    expect(delays(plan, 6)).toEqual([100, 200, 400, 800, 1_000, 1_000]);
  });

  test.each([
    [399, 400],
    [400, 50],
  ])('behind a connection of %i ms, where 400 ms would come next, waits %i ms', (lastedMs, delayMs) => {
    const plan = new ReconnectPlan(reconnectSettings({ firstDelayMs: 50, jitter: 0 }), () => 0);
    delays(plan, 3);
    plan.accepted(1_000);
    expect(plan.next(1_000 + lastedMs)).toBe(delayMs);
    // What cannot be reached has not lasted either.
    expect(plan.next(9_000)).toBe(2 * delayMs);
  });

  test('gives up where no connection lasts', () => {
    const plan = new ReconnectPlan(reconnectSettings({ firstDelayMs: 50, maxAttempts: 2, jitter: 0 }), () => 0);
    const accepted = [1, 2, 3].map((now) => {
      plan.accepted(now);
      return plan.next(now);
    });
    expect(accepted).toEqual([50, 100, undefined]);
  });

  test('takes its jitter off the delay, by the random numbers that it is given', () => {
    const random = [0, 0.5, 1];
    const plan = new ReconnectPlan(
      reconnectSettings({ firstDelayMs: 100, factor: 1, jitter: 0.4 }),
      () => random.shift() ?? 0,
    );
    expect(delays(plan, 3)).toEqual([100, 80, 60]);
  });

  test('gives up after as many attempts as it may make', () => {
    const plan = new ReconnectPlan(
      reconnectSettings({ firstDelayMs: 1, factor: 1, jitter: 0, maxAttempts: 2 }),
      () => 0,
    );
    expect(delays(plan, 3)).toEqual([1, 1, undefined]);
  });

  test('stays at the longest delay, however often it fails', () => {
    const plan = new ReconnectPlan(reconnectSettings({ jitter: 0 }), () => 0);
    expect(delays(plan, 2_000).at(-1)).toBe(30_000);
  });

  test.each([{ firstDelayMs: -1 }, { maxDelayMs: Number.NaN }, { factor: 0.5 }, { jitter: 1.1 }])(
    'refuses %o',
    (options) => {
      expect(() => reconnectSettings(options)).toThrow(RangeError);
    },
  );
});
