import { describe, expect, test } from 'vitest';
import { Pings } from './pings.ts';

const started = (): Pings => new Pings({ keepAliveSeconds: 10, answerWithinMs: 4_000, now: 100 });

describe('the client side of Keep Alive', () => {
  test('asks well before the interval is over', () => {
    expect(started().dueAt).toBe(7_600);
  });

  test('begins anew with every packet that goes out', () => {
    const pings = started();
    pings.packetSent(5_000);
    expect(pings.dueAt).toBe(12_500);
  });

  test('never asks where Keep Alive is 0', () => {
    const pings = new Pings({ keepAliveSeconds: 0, answerWithinMs: 4_000, now: 0 });
    expect([pings.dueAt, pings.overdueAt]).toEqual([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
  });

  test('counts the answer from the first PINGREQ that has none', () => {
    const pings = started();
    expect(pings.overdueAt).toBe(Number.POSITIVE_INFINITY);
    pings.pingSent(7_600);
    pings.pingSent(9_000);
    expect(pings.overdueAt).toBe(11_600);
    pings.pingresp();
    expect(pings.overdueAt).toBe(13_000);
    pings.pingresp();
    expect(pings.overdueAt).toBe(Number.POSITIVE_INFINITY);
    pings.pingresp();
    pings.pingSent(20_000);
    expect(pings.overdueAt).toBe(24_000);
  });

  test('counts anew where reading was stopped', () => {
    const pings = started();
    pings.pingSent(7_600);
    pings.readingResumed(60_000);
    expect(pings.overdueAt).toBe(64_000);
  });
});
