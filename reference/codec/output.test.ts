import { expect, test } from 'vitest';
import { BlockPool } from './bytes/block-pool.ts';
import { leastSliceBytes, Output, type Sink } from './output.ts';

/** What a sink is told, in order. */
function listening(): { readonly sink: Sink; readonly told: string[] } {
  const told: string[] = [];
  const sink: Sink = {
    write: (bytes) => void told.push(`write ${bytes.length}`),
    cork: () => void told.push('cork'),
    uncork: () => void told.push('uncork'),
  };
  return { sink, told };
}

test.each([{ reclaims: false }, { reclaims: true }])('the pieces of a flush leave together, %o', (options) => {
  const { sink, told } = listening();
  const output = new Output(new BlockPool(), options);
  output.append(new Uint8Array(3));
  output.append(new Uint8Array(leastSliceBytes));
  output.flush(sink);
  expect(told).toEqual(['cork', 'write 3', `write ${leastSliceBytes}`, 'uncork']);
});

test.each([{ reclaims: false }, { reclaims: true }])('one piece is one write, %o', (options) => {
  const { sink, told } = listening();
  const output = new Output(new BlockPool(), options);
  output.append(new Uint8Array(3));
  output.acknowledgement(0x40, 1);
  output.flush(sink);
  expect(told).toEqual(['write 7']);
});

/** A sink that takes what is written at once, or keeps it until it is told to let go. */
class Slow implements Sink {
  bufferedBytes = 0;
  takesAtOnce = true;
  readonly written: Uint8Array[] = [];
  readonly waiting: (() => void)[] = [];

  write(bytes: Uint8Array, taken = (): void => {}): void {
    this.written.push(bytes);
    if (this.takesAtOnce) return taken();
    this.bufferedBytes += bytes.length;
    this.waiting.push(taken);
  }

  letGo(): void {
    this.bufferedBytes = 0;
    for (const taken of this.waiting.splice(0)) taken();
  }

  /** Whether the last two that were written lie in the same block. */
  get usesBlockAgain(): boolean {
    const [a, b] = this.written.slice(-2);
    return a !== undefined && a.buffer === b?.buffer;
  }
}

test.each([{ reclaims: false }, { reclaims: true }])(
  'a block is used again, but not while it is read from, %o',
  (options) => {
    const output = new Output(new BlockPool(), options);
    const sink = new Slow();
    const flush = (): void => {
      output.acknowledgement(0x40, 1);
      output.flush(sink);
    };
    flush();
    flush();
    expect(sink.usesBlockAgain).toBe(true);
    sink.takesAtOnce = false;
    flush();
    flush();
    expect(sink.usesBlockAgain).toBe(false);
    sink.letGo();
    sink.takesAtOnce = true;
    flush();
    flush();
    expect(sink.usesBlockAgain).toBe(true);
    expect(Buffer.concat(sink.written)).toEqual(Buffer.from('40020001'.repeat(6), 'hex'));
  },
);

test('of a sink that always reads on later, blocks come back when it says so', () => {
  const output = new Output(new BlockPool(), { reclaims: true });
  const sink = new Slow();
  sink.takesAtOnce = false;
  for (let i = 0; i < 4; i++) {
    output.acknowledgement(0x40, 1);
    output.flush(sink);
    sink.letGo();
  }
  expect(new Set(sink.written.map(({ buffer }) => buffer)).size).toBe(2);
});

test('whoever waits is told when little output has left that the peer did not take at once', () => {
  const output = new Output(new BlockPool(), { reclaims: true });
  const sink = Object.assign(new Slow(), { isAwaited: true, times: 0, left: () => void sink.times++ });
  output.acknowledgement(0x40, 1);
  output.flush(sink);
  expect(sink.times).toBe(1);
  sink.takesAtOnce = false;
  output.acknowledgement(0x40, 1);
  output.flush(sink);
  expect(sink.times).toBe(1);
  sink.letGo();
  expect(sink.times).toBe(2);
});
