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
