import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { WaitingFrames } from './waiting-frames.ts';

const taken = (waiting: WaitingFrames): string[] => {
  const frames: string[] = [];
  waiting.takeOut((frame) => frames.push(Buffer.from(frame).toString('hex')));
  return frames;
};

test('frames come out as they went in, whatever becomes of the chunk that they lay in', () => {
  const waiting = new WaitingFrames();
  const chunk = Uint8Array.from([0xc0, 0, 0x40, 2, 0, 1, 0xc0, 0]);
  for (const [from, to] of [
    [0, 2],
    [2, 6],
    [6, 8],
  ])
    waiting.add(chunk.subarray(from, to));
  waiting.keep();
  chunk.fill(0xff);
  waiting.add(Uint8Array.of(0xe0, 0));
  expect(taken(waiting)).toEqual(['c000', '40020001', 'c000', 'e000']);
  expect(taken(waiting)).toEqual([]);
});

test('short frames cost no more than their bytes', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  const before = process.memoryUsage().heapUsed;
  const waiting = new WaitingFrames();
  const chunk = new Uint8Array(65_536);
  for (let at = 0; at < chunk.length; at += 2) waiting.add(chunk.subarray(at, at + 2));
  waiting.keep();
  collect();
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(1_000_000);
  expect(taken(waiting)).toHaveLength(32_768);
});
