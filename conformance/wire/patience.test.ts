import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { mostNewcomers, Patience } from './patience.ts';

const never = new AbortController().signal;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

test('who is slower than many newcomers together is outwaited', async () => {
  let newcomers = 0;
  const witness = async () => {
    newcomers++;
    return true;
  };
  const outwaited = new Patience({ replyMs: 1, witness }).outwaits({ newcomers: mostNewcomers, atLeastMs: 0 }, never);
  await vi.runAllTimersAsync();
  expect(await outwaited).toBe('ignored');
  expect(newcomers).toBe(mostNewcomers);
});

test('and not before the time has gone by', async () => {
  let silence: string | undefined;
  const patience = new Patience({ replyMs: 1, witness: async () => true });
  const outwaited = patience.outwaits({ newcomers: 1, atLeastMs: 4_000 }, never).then((one) => {
    silence = one;
  });
  await vi.advanceTimersByTimeAsync(3_999);
  expect(silence).toBe(undefined);
  await vi.advanceTimersByTimeAsync(1);
  await outwaited;
  expect(silence).toBe('ignored');
});

test('a target that serves no newcomer is busy', async () => {
  const patience = new Patience({ replyMs: 1, witness: async () => false });
  const outwaited = patience.outwaits({ newcomers: 1, atLeastMs: 0 }, never);
  await vi.runAllTimersAsync();
  expect(await outwaited).toBe('busy');
});

test('and so is one that keeps them waiting without end', async () => {
  const patience = new Patience({ replyMs: 1, witness: () => new Promise(() => {}) });
  const outwaited = patience.outwaits({ newcomers: 1, atLeastMs: 0 }, never);
  await vi.advanceTimersByTimeAsync(20_000);
  expect(await outwaited).toBe('busy');
});

test('whoever is found stops it: no more newcomers are sent', async () => {
  const found = new AbortController();
  let newcomers = 0;
  const witness = async () => {
    if (++newcomers === 3) found.abort();
    return true;
  };
  const patience = new Patience({ replyMs: 1, witness });
  await Promise.all([
    patience.outwaits({ newcomers: mostNewcomers, atLeastMs: 0 }, found.signal),
    vi.runAllTimersAsync(),
  ]);
  expect(newcomers).toBe(3);
});

test('no silence is believed before it is known how long replies take, and then in proportion', async () => {
  let tell: (ms: number) => void = () => {};
  const longerMs = new Promise<number>((found) => {
    tell = found;
  });
  const patience = new Patience({ replyMs: 400, longerMs });
  const out: string[] = [];
  patience.runsOut(400, () => out.push('reply'));
  patience.runsOut(100, () => out.push('part of one'));
  patience.runsOut(10_000, () => out.push('timer'));
  patience.runsOut(100, () => out.push('cancelled'))();
  await vi.advanceTimersByTimeAsync(500);
  expect(out).toEqual([]);
  tell(2_000);
  await vi.advanceTimersByTimeAsync(399);
  expect(out).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  await vi.waitFor(() => expect(out).toEqual(['part of one']));
  await vi.advanceTimersByTimeAsync(1_200);
  await vi.waitFor(() => expect(out).toEqual(['part of one', 'reply']));
  await vi.advanceTimersByTimeAsync(7_900);
  await vi.waitFor(() => expect(out).toEqual(['part of one', 'reply', 'timer']));
  expect([patience.replyMs, patience.longer(2).replyMs]).toEqual([2_000, 4_000]);
});

test('what takes no longer than it seemed to is believed as soon as that is known', async () => {
  let tell: (ms: number) => void = () => {};
  const longerMs = new Promise<number>((found) => {
    tell = found;
  });
  const patience = new Patience({ replyMs: 400, longerMs });
  let isOut = false;
  patience.longer(2).runsOut(100, () => {
    isOut = true;
  });
  await vi.advanceTimersByTimeAsync(100);
  expect(isOut).toBe(false);
  tell(7);
  await vi.waitFor(() => expect(isOut).toBe(true));
  expect([patience.replyMs, patience.longer(2).replyMs]).toEqual([400, 800]);
});
