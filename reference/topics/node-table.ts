// The nodes of a trie of levels as numbers in a few arrays: a million of them cost neither a million objects nor the collector's time.
// In: a node and a level. Out: the node below it. Node 0 is the root; 0 as an answer means none.
import { type Hashed, NumberSlots, widened } from './number-slots.ts';

/**
 * A record is: parent, level, the node below for `+`, two numbers for whoever uses the table, the nodes below by level, and its hash.
 */
export const nodeSize = 8;
export const parentAt = 0;
export const levelAt = 1;
export const plusAt = 2;
export const valuesAt = 3;
export const belowAt = 4;
/** One of the nodes below: where it is the only one, which is common, nothing has to be looked up. */
const childAt = 5;
/** How many there are. */
const childrenAt = 6;
/** 0 where the parent tells the node, or where it is free. */
const hashAt = 7;

/** The level of nodes that stand for `+`: no number of a level. */
export const plusLevel = 0;
const firstNodes = 16;

export class NodeTable implements Hashed {
  /** All records, one behind the other: another array after each node that is added. */
  records = new Int32Array(nodeSize * firstNodes);
  /** Nodes by parent and level, in an open-addressed table: all but those that their parent tells. */
  readonly #slots: NumberSlots;
  /** Odd, and not to be guessed: nobody chooses nodes that meet in one slot. */
  readonly #parentFactor: number;
  readonly #levelFactor: number;
  used = 0;
  /** The first of the nodes that are free again; each tells the next in place of its parent. */
  #free = 0;

  constructor(hashKey: number) {
    this.#slots = new NumberSlots(this);
    this.#parentFactor = (Math.imul(hashKey, 0x9e3779b1) ^ 0x85ebca6b) | 1;
    this.#levelFactor = (Math.imul(hashKey, 0xc2b2ae35) ^ 0x27d4eb2f) | 1;
  }

  /** The node below for a level; 0 if there is none. */
  child(parent: number, level: number): number {
    const { records } = this;
    const parentRecord = parent * nodeSize;
    const child = records[parentRecord + childAt] as number;
    if (child !== 0 && records[child * nodeSize + levelAt] === level) return child;
    if ((records[parentRecord + childrenAt] as number) <= (child === 0 ? 0 : 1)) return 0;
    const { slots, recent, numberBits } = this.#slots;
    const hash = this.#hash(parent, level);
    const place = hash & (recent.length - 1);
    const seen = recent[place] as number;
    if (seen !== 0 && ((seen ^ hash) & ~numberBits) === 0) {
      const at = (seen & numberBits) * nodeSize;
      if (records[at] === parent && records[at + levelAt] === level) return seen & numberBits;
    }
    const mask = slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const tagged = slots[slot] as number;
      if (tagged === 0) return 0;
      if (((tagged ^ hash) & ~numberBits) !== 0) continue;
      const node = tagged & numberBits;
      const at = node * nodeSize;
      if (records[at] === parent && records[at + levelAt] === level) {
        recent[place] = tagged;
        return node;
      }
    }
  }

  /** A new node below for a level. */
  addChild(parent: number, level: number): number {
    const node = this.#newNode(parent, level);
    const { records } = this;
    const at = parent * nodeSize;
    records[at + childrenAt] = (records[at + childrenAt] as number) + 1;
    if (records[at + childAt] === 0) records[at + childAt] = node;
    else {
      const hash = this.#hash(parent, level);
      records[node * nodeSize + hashAt] = hash;
      this.#slots.add(node, hash);
    }
    return node;
  }

  /** The node below for `+`, a new one if there is none. */
  ensurePlus(parent: number): number {
    const held = this.records[parent * nodeSize + plusAt] as number;
    if (held !== 0) return held;
    const node = this.#newNode(parent, plusLevel);
    this.records[parent * nodeSize + plusAt] = node;
    return node;
  }

  /** Whether nothing hangs on a node. */
  isBare(node: number): boolean {
    const { records } = this;
    const at = node * nodeSize;
    return (
      records[at + plusAt] === 0 &&
      records[at + valuesAt] === 0 &&
      records[at + belowAt] === 0 &&
      records[at + childrenAt] === 0
    );
  }

  /** Removes a bare node; its level, 0 for `+`. */
  remove(node: number): number {
    const { records } = this;
    const at = node * nodeSize;
    const parent = records[at + parentAt] as number;
    const level = records[at + levelAt] as number;
    if (level === plusLevel) records[parent * nodeSize + plusAt] = 0;
    else this.#leaveParent(node, parent);
    records[at + parentAt] = this.#free;
    this.#free = node;
    return level;
  }

  #hash(parent: number, level: number): number {
    const sum = Math.imul(parent, this.#parentFactor) + Math.imul(level, this.#levelFactor);
    const mixed = Math.imul(sum ^ (sum >>> 15), 0x9e3779b1);
    return mixed ^ (mixed >>> 15) || 1;
  }

  hashOf(node: number): number {
    return this.records[node * nodeSize + hashAt] as number;
  }

  #newNode(parent: number, level: number): number {
    let node = this.#free;
    if (node !== 0) this.#free = this.records[node * nodeSize] as number;
    else {
      node = ++this.used;
      const needed = (node + 1) * nodeSize;
      if (needed > this.records.length) this.records = widened(this.records, needed * 1.25);
    }
    const at = node * nodeSize;
    const { records } = this;
    records[at + parentAt] = parent;
    records[at + levelAt] = level;
    records[at + plusAt] = 0;
    records[at + valuesAt] = 0;
    records[at + belowAt] = 0;
    records[at + childAt] = 0;
    records[at + childrenAt] = 0;
    records[at + hashAt] = 0;
    return node;
  }

  #leaveParent(node: number, parent: number): void {
    const { records } = this;
    const at = parent * nodeSize;
    records[at + childrenAt] = (records[at + childrenAt] as number) - 1;
    if (records[at + childAt] === node) records[at + childAt] = 0;
    else {
      this.#slots.remove(node, this.hashOf(node));
      records[node * nodeSize + hashAt] = 0;
    }
  }
}
