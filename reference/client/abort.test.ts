import { setMaxListeners } from 'node:events';
import { expect, test } from 'vitest';
import { unlessAborted } from './abort.ts';

const never = new Promise<void>(() => {});

test('brings what the promise brings, or the reason of the signal if that comes first', async () => {
  const { signal } = new AbortController();
  await expect(unlessAborted(Promise.resolve('done'), signal)).resolves.toBe('done');
  await expect(unlessAborted(Promise.reject(new Error('failed')), signal)).rejects.toThrow('failed');
  const controller = new AbortController();
  const waiting = unlessAborted(never, controller.signal);
  controller.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
});

test('leaves no rejection behind that nobody handles where the signal was aborted before', async () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);
  process.on('unhandledRejection', note);
  try {
    const aborted = AbortSignal.abort(new Error('enough'));
    await expect(unlessAborted(Promise.reject(new Error('failed')), aborted)).rejects.toThrow('enough');
    await new Promise((next) => setImmediate(next));
    expect(unhandled).toEqual([]);
  } finally {
    process.off('unhandledRejection', note);
  }
});

test('warns of no leak where one signal is for many, whatever its user has said of that', async () => {
  const warnings: Error[] = [];
  const note = (warning: Error): void => void warnings.push(warning);
  process.on('warning', note);
  try {
    for (const unlimited of [false, true]) {
      const controller = new AbortController();
      if (unlimited) setMaxListeners(0, controller.signal);
      const waiting = Array.from({ length: 50 }, () => unlessAborted(never, controller.signal));
      const over = Promise.allSettled(waiting);
      controller.abort(new Error('enough'));
      expect((await over).map((one) => one.status === 'rejected' && String(one.reason))).toEqual(
        Array.from({ length: 50 }, () => 'Error: enough'),
      );
    }
    await new Promise((next) => setImmediate(next));
    expect(warnings).toEqual([]);
  } finally {
    process.off('warning', note);
  }
});
