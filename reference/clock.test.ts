import { describe, expect, test } from 'vitest';
import { systemClock, VirtualClock } from './clock.ts';

describe('the virtual clock', () => {
  test('stands still until it is advanced, and calls once what is due, in order', () => {
    const clock = new VirtualClock();
    const calls: string[] = [];
    clock.at(20, () => calls.push(`b at ${clock.now()}`));
    clock.at(10, () => calls.push(`a at ${clock.now()}`));
    clock.at(31, () => calls.push('too early'));
    clock.advance(30);
    clock.advance(0);
    expect(calls).toEqual(['a at 10', 'b at 20']);
    expect(clock.now()).toBe(30);
  });

  test('calls what a call asks for, if that is due too', () => {
    const clock = new VirtualClock();
    const calls: number[] = [];
    const again = (): void => {
      calls.push(clock.now());
      clock.at(clock.now() + 10, again);
    };
    clock.at(10, again);
    clock.advance(35);
    expect(calls).toEqual([10, 20, 30]);
  });

  test('forgets what is cancelled', () => {
    const clock = new VirtualClock();
    let called = false;
    clock.at(5, () => (called = true))();
    clock.advance(10);
    expect(called).toBe(false);
  });
});

describe("the system's clock", () => {
  test('calls what is due, and never goes back', async () => {
    const before = systemClock.now();
    await new Promise<void>((done) => systemClock.at(before - 5, done));
    expect(systemClock.now()).toBeGreaterThanOrEqual(before);
  });
});
