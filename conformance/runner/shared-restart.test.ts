import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { SharedRestart } from './shared-restart.ts';

/** Restarts that say when they are asked for, by number. */
function counted(): { readonly shared: SharedRestart; readonly restarts: () => number } {
  let restarts = 0;
  const shared = new SharedRestart(async () => void restarts++);
  return { shared, restarts: () => restarts };
}

test('a target is restarted once for all, when the last of them is ready', async () => {
  const { shared, restarts } = counted();
  shared.enter(3);
  const first = [shared.restart(), shared.restart()];
  await setImmediate();
  expect(restarts()).toBe(0);
  await Promise.all([...first, shared.restart()]);
  expect(restarts()).toBe(1);
});

test('whoever ends without a restart keeps nobody waiting', async () => {
  const { shared, restarts } = counted();
  shared.enter(3);
  shared.leave();
  const first = shared.restart();
  shared.leave();
  await first;
  expect(restarts()).toBe(1);
});

test('who asks a second time waits for those who are still busy', async () => {
  const { shared, restarts } = counted();
  shared.enter(2);
  await Promise.all([shared.restart(), shared.restart()]);
  const second = shared.restart();
  await setImmediate();
  expect(restarts()).toBe(1);
  shared.leave();
  await second;
  expect(restarts()).toBe(2);
});

test('all are told that it failed', async () => {
  const shared = new SharedRestart(async () => {
    throw new Error('"docker restart broker" ended with exit code 1');
  });
  shared.enter(2);
  const told = await Promise.allSettled([shared.restart(), shared.restart()]);
  expect(told.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});
