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
  readonly bytes: Uint8Array;
  /** Who gets its messages, as of the version. */
  receivers: readonly Receiver[];
  version: number;
}

const firstSlots = 256;
const mostSlots = 65_536;
/** Longer names are not remembered. */
const mostBytes = 512;

/** Remembers the names that came last; two that share a slot replace each other. */
export class TopicMemory {
  #slots: (Topic | undefined)[] = new Array(firstSlots);
  #used = 0;

  /** The topic of a range of bytes; undefined where they are no Topic Name, or one that is too long to be remembered. */
  find(bytes: Uint8Array, from: number, to: number): Topic | undefined {
    const hash = hashOf(bytes, from, to);
    const found = this.#slots[hash & (this.#slots.length - 1)];
    if (found !== undefined && isSame(found.bytes, bytes, from, to)) return found;
    return this.#remember(hash, bytes, from, to);
  }

  #remember(hash: number, bytes: Uint8Array, from: number, to: number): Topic | undefined {
    if (to - from > mostBytes) return undefined;
    const name = decodeUtf8(bytes, from, to);
    if (name === undefined || topicNameProblem(name) !== undefined) return undefined;
    const topic: Topic = { name, bytes: new Uint8Array(bytes.subarray(from, to)), receivers: [], version: -1 };
    if (this.#used * 2 > this.#slots.length && this.#slots.length < mostSlots) this.#widen();
    const at = hash & (this.#slots.length - 1);
    if (this.#slots[at] === undefined) this.#used++;
    this.#slots[at] = topic;
    return topic;
  }

  #widen(): void {
    const wider: (Topic | undefined)[] = new Array(Math.min(mostSlots, this.#slots.length * 4));
    for (const topic of this.#slots)
      if (topic !== undefined) wider[hashOf(topic.bytes, 0, topic.bytes.length) & (wider.length - 1)] = topic;
    this.#slots = wider;
    this.#used = wider.reduce((count, topic) => count + (topic === undefined ? 0 : 1), 0);
  }
}

/** FNV-1a. */
function hashOf(bytes: Uint8Array, from: number, to: number): number {
  let hash = 0x811c9dc5;
  for (let at = from; at < to; at++) hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
  return hash ^ (hash >>> 15);
}

/** Whether a range holds just these bytes. */
export function isSame(known: Uint8Array, bytes: Uint8Array, from: number, to: number): boolean {
  const { length } = known;
  if (to - from !== length) return false;
  for (let i = 0; i < length; i++) if (known[i] !== bytes[from + i]) return false;
  return true;
}
