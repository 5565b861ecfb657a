import { describe, expect, test } from 'vitest';
import { IncomingFrames } from './incoming-frames.ts';

/** What was handed over, as lengths; `each` is called behind each of them. */
function recorded(each: (frames: IncomingFrames, count: number) => void = () => {}) {
  const lengths: number[] = [];
  const frames: IncomingFrames = new IncomingFrames(({ length }) => each(frames, lengths.push(length)));
  return { frames, lengths };
}

describe('frames that have come', () => {
  test('are handed over at once, large ones in slices', () => {
    const { frames, lengths } = recorded();
    for (const length of [3, 600_000, 0, 4]) frames.push(new Uint8Array(length));
    expect(lengths).toEqual([3, 262_144, 262_144, 75_712, 0, 4]);
  });

  test('wait while somebody rests, also in the middle of one, and keep their order', () => {
    const { frames, lengths } = recorded((one, count) => count === 1 && one.pause());
    frames.push(new Uint8Array(300_000));
    frames.push(new Uint8Array(5));
    expect(lengths).toEqual([262_144]);
    frames.resume();
    expect(lengths).toEqual([262_144, 37_856, 5]);
  });

  test('are not handed over within each other', () => {
    const { frames, lengths } = recorded((one) => one.resume());
    frames.push(new Uint8Array(300_000));
    expect(lengths).toEqual([262_144, 37_856]);
  });

  test('end behind the last one, or when nobody wants the rest', () => {
    const ends: string[] = [];
    for (const how of ['resume', 'drop'] as const) {
      const { frames } = recorded();
      frames.pause();
      frames.push(new Uint8Array(1));
      frames.end(() => ends.push(how));
      expect(ends).not.toContain(how);
      frames[how]();
    }
    expect(ends).toEqual(['resume', 'drop']);
  });
});
