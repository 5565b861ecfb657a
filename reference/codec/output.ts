// What one connection sends in a turn of the event loop, gathered. In: bytes. Out: few writes, mostly one. Small bytes are copied
// into a block that is used again; large ones go out as the slices that they are.
import type { Buffer } from 'node:buffer';
import { type BlockPool, largestBlockBytes } from './bytes/block-pool.ts';

/** From this length on a slice is cheaper than a copy. */
export const leastSliceBytes = 16_384;
/** Up to this length a loop copies faster than a call. */
export const loopedBytes = 32;

/** Where output goes. */
export interface Sink {
  /** Bytes written that the peer has not taken yet; left out: none ever wait. */
  readonly bufferedBytes?: number;
  /** The bytes stay as they are until `bufferedBytes` says that they are gone, or `taken` is called. */
  write(bytes: Uint8Array, taken?: () => void): void;
  /** What is written between the two leaves together. */
  cork?(): void;
  uncork?(): void;
  /** What a flush has written is gone. */
  left?(): void;
  /** Whether somebody waits for that, so that `left` has to be called even behind little output. */
  readonly isAwaited?: boolean;
}

export class Output {
  readonly #pool: BlockPool;
  /** Bytes gathered since the last flush. */
  length = 0;
  #block: Buffer | undefined;
  /** Where the piece begins that is being written, and where its next byte goes. */
  #start = 0;
  #end = 0;
  /** Pieces before it. */
  #pieces: Uint8Array[] | undefined;
  /** Blocks that pieces lie in. */
  #full: Buffer[] | undefined;
  readonly #reclaims: boolean;
  /** Whether what was written last had left when the call returned, as it mostly does: then nobody has to be told later. */
  #leavesAtOnce = true;

  /** `reclaims`: the sink calls `taken`, so that blocks which it still reads from come back too. */
  constructor(pool: BlockPool, { reclaims = false }: { readonly reclaims?: boolean } = {}) {
    this.#pool = pool;
    this.#reclaims = reclaims;
  }

  /** PUBACK, PUBREC, PUBREL, PUBCOMP, UNSUBACK: a first byte and a Packet Identifier. */
  acknowledgement(firstByte: number, packetId: number): void {
    const block = this.#reserve(4);
    const at = this.#end - 4;
    block[at] = firstByte;
    block[at + 1] = 2;
    block[at + 2] = packetId >> 8;
    block[at + 3] = packetId & 255;
  }

  /** Appends a range of bytes that stay as they are until they are gone. */
  append(bytes: Uint8Array, from = 0, to = bytes.length): void {
    const count = to - from;
    if (count >= leastSliceBytes) this.#slice(count === bytes.length ? bytes : bytes.subarray(from, to));
    else this.copy(bytes, from, to);
  }

  /** Appends a copy. Returns where in the block it begins. */
  copy(bytes: Uint8Array, from = 0, to = bytes.length): number {
    const count = to - from;
    const block = this.#reserve(count);
    const at = this.#end - count;
    if (count > loopedBytes) block.set(bytes.subarray(from, to), at);
    else for (let i = 0; i < count; i++) block[at + i] = bytes[from + i] as number;
    return at;
  }

  /** Makes room for so many bytes, to be written into `block` at once. Returns where they begin. */
  reserve(count: number): number {
    this.#reserve(count);
    return this.#end - count;
  }

  /** What was copied last lies in this. */
  get block(): Buffer {
    return this.#block ?? this.#reserve(0);
  }

  /** Writes what was gathered. */
  flush(sink: Sink): void {
    const isLittle = this.length < leastSliceBytes && this.#pieces === undefined && this.#full === undefined;
    if (isLittle && this.#leavesAtOnce && sink.isAwaited !== true && (sink.bufferedBytes ?? 0) === 0)
      return this.#flushBlock(sink);
    const [pieces, blocks] = this.#takePieces();
    if (this.#reclaims) return this.#lend(sink, pieces, blocks);
    if (pieces.length > 1) sink.cork?.();
    for (const piece of pieces) sink.write(piece);
    if (pieces.length > 1) sink.uncork?.();
    this.#leavesAtOnce = (sink.bufferedBytes ?? 0) === 0;
    // Blocks that the transport still reads from are left to it.
    if (this.#leavesAtOnce) for (const block of blocks) this.#pool.give(block);
  }

  /** As it is most of the time: little, in one block, and nothing before it waits. */
  #flushBlock(sink: Sink): void {
    const block = this.#block;
    if (block === undefined || this.length === 0) return;
    const piece = block.subarray(this.#start, this.#end);
    this.#begin();
    sink.write(piece);
    this.#leavesAtOnce = (sink.bufferedBytes ?? 0) === 0;
    // A block that the transport still reads from is left to it.
    if (this.#leavesAtOnce) this.#pool.give(block);
  }

  /** Nothing is gathered. */
  #begin(): void {
    this.length = 0;
    this.#block = undefined;
    this.#start = 0;
    this.#end = 0;
    this.#pieces = undefined;
    this.#full = undefined;
  }

  #takePieces(): readonly [pieces: readonly Uint8Array[], blocks: readonly Buffer[]] {
    this.#finishPiece();
    const taken = [this.#pieces ?? [], this.#full ?? []] as const;
    if (this.#block !== undefined) taken[1].push(this.#block);
    this.#begin();
    return taken;
  }

  #lend(sink: Sink, pieces: readonly Uint8Array[], blocks: readonly Buffer[]): void {
    const last = pieces.length - 1;
    if (last < 0) return;
    if (last > 0) sink.cork?.();
    for (let i = 0; i < last; i++) sink.write(pieces[i] as Uint8Array);
    sink.write(pieces[last] as Uint8Array, () => {
      for (const block of blocks) this.#pool.give(block);
      sink.left?.();
    });
    if (last > 0) sink.uncork?.();
    this.#leavesAtOnce = (sink.bufferedBytes ?? 0) === 0;
  }

  #reserve(count: number): Buffer {
    const block = this.#block;
    if (block === undefined || this.#end + count > block.length) return this.#grow(count);
    this.#end += count;
    this.length += count;
    return block;
  }

  #slice(bytes: Uint8Array): void {
    this.#finishPiece();
    this.#pieces ??= [];
    this.#pieces.push(bytes);
    this.length += bytes.length;
  }

  #finishPiece(): void {
    if (this.#block === undefined || this.#end === this.#start) return;
    this.#pieces ??= [];
    this.#pieces.push(this.#block.subarray(this.#start, this.#end));
    this.#start = this.#end;
  }

  #grow(count: number): Buffer {
    const before = this.#block;
    const used = this.#end - this.#start;
    const moves = before !== undefined && this.#start === 0 && used + count <= largestBlockBytes;
    const block = this.#pool.take(moves ? used + count : count);
    if (before !== undefined) {
      if (moves) {
        block.set(before.subarray(0, used));
        this.#pool.give(before);
      } else {
        this.#finishPiece();
        this.#full ??= [];
        this.#full.push(before);
      }
    }
    this.#block = block;
    this.#start = 0;
    this.#end = (moves ? used : 0) + count;
    this.length += count;
    return block;
  }
}
