// How a store knows that what it finds is what it had. In: every change. Out: a checksum for each record, and one number for all of
// them together, which is written with each commit. So a record that is lost, stale or bent is noticed, whatever the database thinks.
import { crc32 } from 'node:zlib';

/** What the last commit says of the whole store. */
export interface Head {
  /** How many commits there were. */
  readonly sequence: number;
  readonly count: number;
  /** Sum of the checksums of all records, modulo 2^32. */
  readonly sum: number;
}

const checksumBytes = 4;
const headBytes = 20;

export class Tally {
  readonly #checksums = new Map<string, number>();
  #sequence: number;
  #sum = 0;

  constructor(sequence = 0) {
    this.#sequence = sequence;
  }

  get sequence(): number {
    return this.#sequence;
  }

  /** Counts a record in; its bytes for the disk, checksum first. */
  put(key: string, value: Uint8Array): Uint8Array {
    const checksum = checksumOf(key, value);
    this.delete(key);
    this.#checksums.set(key, checksum);
    this.#sum = (this.#sum + checksum) >>> 0;
    const sealed = Buffer.allocUnsafe(checksumBytes + value.length);
    sealed.writeUInt32BE(checksum);
    sealed.set(value, checksumBytes);
    return sealed;
  }

  /** Counts a record out; whether it was there. */
  delete(key: string): boolean {
    const checksum = this.#checksums.get(key);
    if (checksum === undefined) return false;
    this.#checksums.delete(key);
    this.#sum = (this.#sum - checksum) >>> 0;
    return true;
  }

  /** The head that goes to the disk with the next commit. */
  next(): Uint8Array {
    this.#sequence++;
    return sealHead({ sequence: this.#sequence, count: this.#checksums.size, sum: this.#sum });
  }

  /** Takes in a record as it was found; its value, or undefined where its checksum is wrong. */
  read(key: string, sealed: Uint8Array): Uint8Array | undefined {
    if (sealed.length < checksumBytes) return undefined;
    const value = sealed.subarray(checksumBytes);
    const checksum = checksumOf(key, value);
    if (checksum !== viewOf(sealed).getUint32(0)) return undefined;
    this.#checksums.set(key, checksum);
    this.#sum = (this.#sum + checksum) >>> 0;
    return value;
  }

  /** Takes in the head as it was found; whether it tells of just the records that were read. */
  agreesWith(head: Head): boolean {
    this.#sequence = head.sequence;
    return head.count === this.#checksums.size && head.sum === this.#sum;
  }
}

export function sealHead({ sequence, count, sum }: Head): Uint8Array {
  const bytes = Buffer.allocUnsafe(headBytes);
  bytes.writeBigUInt64BE(BigInt(sequence));
  bytes.writeUInt32BE(count, 8);
  bytes.writeUInt32BE(sum, 12);
  bytes.writeUInt32BE(crc32(bytes.subarray(0, 16)), 16);
  return bytes;
}

/** Undefined where the bytes are no head. */
export function readHead(bytes: Uint8Array): Head | undefined {
  if (bytes.length !== headBytes) return undefined;
  const view = viewOf(bytes);
  if (crc32(bytes.subarray(0, 16)) !== view.getUint32(16)) return undefined;
  return { sequence: Number(view.getBigUint64(0)), count: view.getUint32(8), sum: view.getUint32(12) };
}

/** (Of no bytes at all zlib makes 0, whatever came before them.) */
const checksumOf = (key: string, value: Uint8Array): number =>
  value.length === 0 ? crc32(key) : crc32(value, crc32(key));

const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, byteLength);
