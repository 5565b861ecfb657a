// Memory that output is gathered in. In: sizes. Out: blocks, used again when their bytes are gone.
import { Buffer } from 'node:buffer';

/** Sizes of blocks, and how many of each are kept for the next turn: a few acknowledgements, a few messages, a busy connection. */
const sizes = [512, 4_096, 65_536] as const;
const kept = [1_024, 512, 128] as const;

/** The largest block. */
export const largestBlockBytes = 65_536;

export class BlockPool {
  readonly #free: readonly Buffer[][] = sizes.map(() => []);

  /** A block of at least so many bytes, of `largestBlockBytes` at most; what it holds is anything. */
  take(bytes: number): Buffer {
    const at = bytes <= sizes[0] ? 0 : bytes <= sizes[1] ? 1 : 2;
    return this.#free[at]?.pop() ?? Buffer.allocUnsafeSlow(sizes[at] as number);
  }

  /** Nobody reads the block any more. */
  give(block: Buffer): void {
    const at = block.length === sizes[0] ? 0 : block.length === sizes[1] ? 1 : 2;
    const free = this.#free[at] as Buffer[];
    if (free.length < (kept[at] as number)) free.push(block);
  }
}
