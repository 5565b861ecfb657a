// Messages as bytes of records. In: messages. Out: bytes that go into the record that needs the message; a large payload goes into a
// record of its own, once for all who need it.
import type { Message, Qos } from '../message.ts';
import type { Store } from './store.ts';

interface SharedPayload {
  readonly key: string;
  readonly payload: Uint8Array;
  references: number;
}

const sharedPrefix = 'payload/';
/** From this length on a record of its own is cheaper than a copy for every receiver. */
const leastSharedBytes = 256;
/** Flags, and the length of the Topic Name. */
const headerBytes = 3;
const retainFlag = 0b0100;
const sharedFlag = 0b1000;

export class MessageRecords {
  readonly #store: Store;
  readonly #shared = new WeakMap<Uint8Array, SharedPayload>();
  #lastId = 0;
  /** Shared payloads as they were found, until everything is read that refers to them. */
  readonly #found = new Map<string, SharedPayload>();

  /** Takes in the payloads among the records that a store was opened with. */
  constructor(store: Store, records: ReadonlyMap<string, Uint8Array>) {
    this.#store = store;
    for (const [key, payload] of records) {
      if (!key.startsWith(sharedPrefix)) continue;
      const shared = { key, payload, references: 0 };
      this.#found.set(key.slice(sharedPrefix.length), shared);
      this.#shared.set(payload, shared);
      this.#lastId = Math.max(this.#lastId, Number.parseInt(key.slice(sharedPrefix.length), 36));
    }
  }

  /** The bytes of a message, behind `room` bytes for the caller; it is needed until `letGo`. */
  write({ topicName, payload, qos, retain }: Message, room: number): Buffer {
    const topicBytes = Buffer.byteLength(topicName);
    const isShared = payload.length >= leastSharedBytes;
    const rest = isShared ? Buffer.from(this.#share(payload)) : payload;
    const bytes = Buffer.allocUnsafe(room + headerBytes + topicBytes + rest.length);
    bytes[room] = qos | (retain ? retainFlag : 0) | (isShared ? sharedFlag : 0);
    bytes.writeUInt16BE(topicBytes, room + 1);
    bytes.write(topicName, room + headerBytes);
    bytes.set(rest, room + headerBytes + topicBytes);
    return bytes;
  }

  /** The message that `write` made bytes of; whoever reads it needs it until `letGo`. */
  read(bytes: Uint8Array, room: number): Message {
    const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    const flags = view.readUInt8(room);
    const topicEnd = room + headerBytes + view.readUInt16BE(room + 1);
    const rest = view.subarray(topicEnd);
    return {
      topicName: view.toString('utf8', room + headerBytes, topicEnd),
      payload: (flags & sharedFlag) === 0 ? rest : this.#refer(rest.toString('latin1')),
      qos: (flags & 0b0011) as Qos,
      retain: (flags & retainFlag) !== 0,
    };
  }

  /** One of those who needed the message needs it no more. */
  letGo({ payload }: Message): void {
    const shared = this.#shared.get(payload);
    if (shared === undefined) return;
    shared.references--;
    if (shared.references > 0) return;
    this.#store.delete(shared.key);
    this.#shared.delete(payload);
  }

  /** Everything was read: what nobody refers to is removed. */
  restored(): void {
    for (const { key, references } of this.#found.values()) if (references === 0) this.#store.delete(key);
    this.#found.clear();
  }

  #share(payload: Uint8Array): string {
    const known = this.#shared.get(payload);
    if (known !== undefined) {
      known.references++;
      return known.key.slice(sharedPrefix.length);
    }
    this.#lastId++;
    const id = this.#lastId.toString(36);
    this.#shared.set(payload, { key: sharedPrefix + id, payload, references: 1 });
    // A copy: the payload may lie in a buffer that is used again.
    this.#store.put(sharedPrefix + id, Buffer.from(payload));
    return id;
  }

  #refer(id: string): Uint8Array {
    const shared = this.#found.get(id);
    if (shared === undefined) throw new Error(`payload ${id} is missing`);
    shared.references++;
    return shared.payload;
  }
}
