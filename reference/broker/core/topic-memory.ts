// Topic Names by their bytes: a name that comes again is neither decoded nor checked nor routed again. In: bytes. Out: topics.
import { decodeUtf8 } from '../../codec/bytes/utf8.ts';
import type { Qos } from '../../message.ts';
import { topicNameProblem } from '../../topics/validate.ts';
import type { Session } from './session.ts';

/** Who gets what is published to a topic. */
export interface Receiver {
  readonly session: Session;
  /** The highest QoS of the subscriptions that match. */
  readonly granted: Qos;
}

/** A Topic Name that was seen. */
export interface Topic {
  readonly name: string;
  /** In bytes. */
  readonly length: number;
  /** Left out where they are the name's characters: it is ASCII. */
  readonly bytes: Uint8Array | undefined;
  readonly hash: number;
  /** Who gets its messages, as of the version. */
  receivers: readonly Receiver[];
  version: number;
}

const firstSlots = 256;
const mostSlots = 262_144;
/** Longer names are not remembered. */
const mostBytes = 512;

/** Remembers the names that came last. A name has two places; where both are taken the second is replaced. */
export class TopicMemory {
  #slots: (Topic | undefined)[] = new Array(firstSlots);
  #used = 0;

  /** The topic of a range of bytes; undefined where they are no Topic Name, or one that is too long to be remembered. */
  find(bytes: Uint8Array, from: number, to: number): Topic | undefined {
    const hash = hashOf(bytes, from, to);
    const place = hash & (this.#slots.length - 1);
    const first = this.#slots[place];
    if (first !== undefined && first.hash === hash && isSame(first, bytes, from, to)) return first;
    const second = this.#slots[place ^ 1];
    if (second !== undefined && second.hash === hash && isSame(second, bytes, from, to)) return second;
    return this.#remember(hash, bytes, from, to);
  }

  #remember(hash: number, bytes: Uint8Array, from: number, to: number): Topic | undefined {
    const length = to - from;
    if (length > mostBytes) return undefined;
    const name = decodeUtf8(bytes, from, to);
    if (name === undefined || topicNameProblem(name) !== undefined) return undefined;
    const own = name.length === length ? undefined : new Uint8Array(bytes.subarray(from, to));
    const topic: Topic = { name, length, bytes: own, hash, receivers: [], version: -1 };
    if (this.#used * 2 > this.#slots.length && this.#slots.length < mostSlots) this.#widen();
    this.#put(this.#slots, topic);
    return topic;
  }

  #put(slots: (Topic | undefined)[], topic: Topic): void {
    const place = topic.hash & (slots.length - 1);
    const at = slots[place] === undefined ? place : place ^ 1;
    if (slots[at] === undefined) this.#used++;
    slots[at] = topic;
  }

  #widen(): void {
    const wider: (Topic | undefined)[] = new Array(Math.min(mostSlots, this.#slots.length * 4));
    this.#used = 0;
    for (const topic of this.#slots) if (topic !== undefined) this.#put(wider, topic);
    this.#slots = wider;
  }
}

/** FNV-1a. */
function hashOf(bytes: Uint8Array, from: number, to: number): number {
  let hash = 0x811c9dc5;
  for (let at = from; at < to; at++) hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
  return hash ^ (hash >>> 15);
}

/** Whether a range holds just the bytes of a topic. */
export function isSame({ name, length, bytes: known }: Topic, bytes: Uint8Array, from: number, to: number): boolean {
  if (to - from !== length) return false;
  if (known === undefined) {
    for (let i = 0; i < length; i++) if (name.charCodeAt(i) !== bytes[from + i]) return false;
    return true;
  }
  for (let i = 0; i < length; i++) if (known[i] !== bytes[from + i]) return false;
  return true;
}
