import { describe, expect, test } from 'vitest';
import { Pressure } from './pressure.ts';

class Client {
  pauses = 0;
  isPaused = false;

  pause(): void {
    this.pauses++;
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }
}

function situation() {
  const [publisher, other, subscriber, second] = [new Client(), new Client(), new Client(), new Client()];
  const pressure = new Pressure<Client>(1_000);
  pressure.publisher = publisher;
  return { pressure, publisher, other, subscriber, second };
}

describe('a publisher', () => {
  test('is paused once by a slow subscriber, and goes on when that has caught up', () => {
    const { pressure, publisher, subscriber } = situation();
    pressure.slow(subscriber, 0);
    pressure.slow(subscriber, 0);
    expect([publisher.isPaused, publisher.pauses, pressure.next]).toEqual([true, 1, 1_000]);
    pressure.caughtUp(subscriber);
    expect([publisher.isPaused, pressure.next]).toEqual([false, Number.POSITIVE_INFINITY]);
  });

  test('waits for the slowest of its subscribers', () => {
    const { pressure, publisher, subscriber, second } = situation();
    pressure.slow(subscriber, 0);
    pressure.slow(second, 500);
    pressure.caughtUp(subscriber);
    expect(publisher.isPaused).toBe(true);
    pressure.caughtUp(second);
    expect(publisher.isPaused).toBe(false);
  });

  test('does not wait for ever: then that subscriber is not waited for until it has caught up', () => {
    const { pressure, publisher, subscriber } = situation();
    pressure.slow(subscriber, 0);
    pressure.tick(999);
    expect(publisher.isPaused).toBe(true);
    pressure.tick(1_000);
    expect(publisher.isPaused).toBe(false);
    pressure.slow(subscriber, 1_001);
    expect(publisher.pauses).toBe(1);
    pressure.caughtUp(subscriber);
    pressure.slow(subscriber, 2_000);
    expect(publisher.pauses).toBe(2);
  });

  test('goes on when the subscriber is gone', () => {
    const { pressure, publisher, subscriber } = situation();
    pressure.slow(subscriber, 0);
    pressure.forget(subscriber);
    expect([publisher.isPaused, pressure.concerns(subscriber)]).toEqual([false, false]);
  });

  test('that is gone is not resumed, and nothing is kept of it', () => {
    const { pressure, publisher, subscriber } = situation();
    pressure.slow(subscriber, 0);
    pressure.forget(publisher);
    expect([pressure.next, pressure.concerns(subscriber)]).toEqual([Number.POSITIVE_INFINITY, false]);
    pressure.caughtUp(subscriber);
    expect(publisher.isPaused).toBe(true);
  });

  test('is not paused by what others publish', () => {
    const { pressure, publisher, other, subscriber } = situation();
    pressure.publisher = other;
    pressure.slow(subscriber, 0);
    pressure.publisher = undefined;
    pressure.slow(subscriber, 0);
    expect([publisher.isPaused, other.isPaused]).toEqual([false, true]);
  });
});
