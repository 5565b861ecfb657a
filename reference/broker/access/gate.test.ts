import { describe, expect, test } from 'vitest';
import { Gate } from './gate.ts';

describe('a gate', () => {
  test('lets so many in, the others in their order, and refuses beyond', async () => {
    const gate = new Gate({ most: 1, mostWaiting: 2 });
    const order: string[] = [];
    let open = (): void => {};
    const first = gate.run(() => new Promise<string>((done) => (open = () => done('first'))));
    const others = ['second', 'third'].map((name) => gate.run(() => Promise.resolve(order.push(name))));
    expect(await gate.run(() => Promise.resolve('fourth'))).toBe('full');
    expect(order).toEqual([]);
    open();
    expect(await first).toBe('first');
    await Promise.all(others);
    expect(order).toEqual(['second', 'third']);
    expect(await gate.run(() => Promise.resolve('fifth'))).toBe('fifth');
  });

  test('lets the next in after one that fails', async () => {
    const gate = new Gate({ most: 1, mostWaiting: 1 });
    const failing = gate.run(() => Promise.reject(new Error('broken')));
    const next = gate.run(() => Promise.resolve('next'));
    await expect(failing).rejects.toThrow('broken');
    expect(await next).toBe('next');
  });
});
