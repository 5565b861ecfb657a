import { describe, expect, test } from 'vitest';
import { FailedAttempts } from './failed-attempts.ts';

const limit = { most: 3, withinSeconds: 60 };

function failing(count: number, address: string, attempts = new FailedAttempts(limit)): FailedAttempts {
  for (let i = 0; i < count; i++) attempts.failed(address, 0);
  return attempts;
}

describe('failed attempts', () => {
  test('block an address at the limit, and no other', () => {
    expect(failing(2, '192.0.2.1').isBlocked('192.0.2.1', 0)).toBe(false);
    expect(failing(3, '192.0.2.1').isBlocked('192.0.2.1', 0)).toBe(true);
    expect(failing(3, '192.0.2.1').isBlocked('192.0.2.2', 0)).toBe(false);
  });

  test('count until their time is over', () => {
    const attempts = failing(3, '192.0.2.1');
    expect(attempts.isBlocked('192.0.2.1', 59_999)).toBe(true);
    expect(attempts.isBlocked('192.0.2.1', 60_000)).toBe(false);
    attempts.failed('192.0.2.1', 60_000);
    expect(attempts.isBlocked('192.0.2.1', 60_000)).toBe(false);
  });

  test.each([
    ['2001:db8::1', '2001:db8:0:0:ffff::2', true],
    ['2001:db8::1', '2001:DB8::', true],
    ['2001:db8:0:1::1', '2001:db8:0:2::1', false],
    ['::1', '0:0:0:0:5::', true],
    ['fe80::1%eth0', 'fe80::2', true],
    ['::ffff:192.0.2.1', '192.0.2.1', true],
    ['::ffff:192.0.2.1', '::ffff:192.0.2.2', false],
  ])('%s and %s are one network: %s', (one, other, same) => {
    expect(failing(3, one).isBlocked(other, 0)).toBe(same);
  });

  test('of a Unix socket, which has no address, block nobody', () => {
    expect(failing(10, '').isBlocked('', 0)).toBe(false);
  });

  test('of many addresses take bounded memory: the oldest are forgotten', () => {
    const attempts = failing(3, 'first', new FailedAttempts(limit, { mostAddresses: 100 }));
    for (let i = 0; i < 1_000; i++) attempts.failed(`10.0.${i >> 8}.${i & 255}`, 1);
    expect(attempts.size).toBe(100);
    expect(attempts.isBlocked('first', 1)).toBe(false);
  });

  test('that are over are forgotten with the next', () => {
    const attempts = failing(1, '192.0.2.1');
    attempts.failed('192.0.2.2', 60_000);
    expect(attempts.size).toBe(1);
  });
});
