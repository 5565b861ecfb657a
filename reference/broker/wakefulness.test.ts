import { expect, test, vi } from 'vitest';
import { VirtualClock } from '../clock.ts';
import { Wakefulness } from './wakefulness.ts';

/** How often the event loop turned at once in place of waiting, until it waits again. */
async function turnsOf(work: (wakefulness: Wakefulness, clock: VirtualClock) => void, cores = 2): Promise<number> {
  const clock = new VirtualClock();
  const spy = vi.spyOn(globalThis, 'setImmediate');
  try {
    work(new Wakefulness(clock, cores), clock);
    let before = -1;
    for (let calls = 0; calls !== before; calls = spy.mock.calls.length) {
      before = calls;
      await new Promise((done) => setTimeout(done, 5));
    }
    return spy.mock.calls.length;
  } finally {
    spy.mockRestore();
  }
}

const brought = (packetsReceived: number, connectionsAccepted = 0) => ({ packetsReceived, connectionsAccepted });

test('behind single messages the broker sleeps', async () => {
  const turns = await turnsOf((wakefulness) => {
    for (let packets = 1; packets < 100; packets++) wakefulness.turnEnded(brought(packets));
  });
  expect(turns).toBe(0);
});

test('on a single core it never stays awake', async () => {
  expect(await turnsOf((wakefulness) => wakefulness.turnEnded(brought(1_000, 1)), 1)).toBe(0);
});

test('behind a new connection it looks for what that sends', async () => {
  const turns = await turnsOf((wakefulness, clock) => {
    wakefulness.turnEnded(brought(0, 1));
    clock.advance(1);
  });
  expect(turns).toBe(1);
});

test('behind many it looks for more until its time is over', async () => {
  const turns = await turnsOf((wakefulness, clock) => {
    wakefulness.turnEnded(brought(20));
    clock.advance(1);
  });
  expect(turns).toBe(1);
});

test('it goes to sleep though the clock stands still, and looks again behind the next turn', async () => {
  const turns = await turnsOf((wakefulness) => {
    wakefulness.turnEnded(brought(20));
    wakefulness.turnEnded(brought(40));
  });
  expect(turns).toBe(1_000);
});
