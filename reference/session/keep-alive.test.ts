import { describe, expect, test } from 'vitest';
import { KeepAlive } from './keep-alive.ts';

describe('Keep Alive', () => {
  test('ends one allowance after the start', () => {
    expect(new KeepAlive(15_000, 100).deadline()).toBe(15_100);
  });

  test('begins anew with every packet', () => {
    const keepAlive = new KeepAlive(15_000, 0);
    keepAlive.packetArrived(14_999);
    expect(keepAlive.deadline()).toBe(29_999);
  });

  test('never ends a connection whose allowance is infinite', () => {
    const keepAlive = new KeepAlive(Number.POSITIVE_INFINITY, 0);
    keepAlive.packetArrived(5);
    expect(keepAlive.deadline()).toBe(Number.POSITIVE_INFINITY);
  });
});
