// The nodes of a trie of levels as numbers in a few arrays: a million of them cost neither a million objects nor the collector's time.
// In: a node and a level. Out: the node below it. Node 0 is the root; 0 as an answer means none.
import { grown, type Hashed, NumberSlots } from './number-slots.ts';

/** A node is: parent, level, a number for whoever uses the table, and where it has anything below, the number of its fork. */
export const nodeSize = 4;
export const parentAt = 0;
export const levelAt = 1;
export const valuesAt = 2;
export const forkAt = 3;
/** A fork is: the node below for `+`, another number for whoever uses the table, one of the nodes below by level, and how many there are. */
export const forkSize = 4;
export const plusAt = 0;
export const belowAt = 1;
/** Where it is the only one, which is common, nothing has to be looked up. */
const childAt = 2;
const childrenAt = 3;

/** The level of nodes that stand for `+`: no number of a level. */
export const plusLevel = 0;
/** In place of the level, where a node is free. */
const unused = -1;
const firstNodes = 16;

export class NodeTable implements Hashed {
  /** All nodes, one behind the other: another array after each node that is added. */
  records = new Int32Array(nodeSize * firstNodes);
  /** All forks, from 1 on: another array after each fork that is added. Most nodes are leaves, and need none. */
  forks = new Int32Array(forkSize * firstNodes);
  /** Nodes by parent and level, in an open-addressed table: all but those that their parent tells. */
  readonly #slots: NumberSlots;
  /** Odd, and not to be guessed: nobody chooses nodes that meet in one slot. */
  readonly #parentFactor: number;
  readonly #levelFactor: number;
  used = 0;
  #forksUsed = 0;
  /** The first of the nodes that are free again; each tells the next in place of its parent. */
  #free = 0;
  /** The same of the forks: in place of the node for `+`. */
  #freeFork = 0;

  constructor(hashKey: number) {
    this.#slots = new NumberSlots(this);
    this.#parentFactor = (Math.imul(hashKey, 0x9e3779b1) ^ 0x85ebca6b) | 1;
    this.#levelFactor = (Math.imul(hashKey, 0xc2b2ae35) ^ 0x27d4eb2f) | 1;
  }

  /** The node below for a level; 0 if there is none. */
  child(parent: number, level: number): number {
    const { records } = this;
    const fork = records[parent * nodeSize + forkAt] as number;
    if (fork === 0) return 0;
    const child = this.forks[fork * forkSize + childAt] as number;
    if (child !== 0 && records[child * nodeSize + levelAt] === level) return child;
    if ((this.forks[fork * forkSize + childrenAt] as number) <= (child === 0 ? 0 : 1)) return 0;
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
    const at = this.ensureFork(parent) * forkSize;
    const { forks } = this;
    forks[at + childrenAt] = (forks[at + childrenAt] as number) + 1;
    if (forks[at + childAt] === 0) forks[at + childAt] = node;
    else this.#slots.add(node, this.#hash(parent, level));
    return node;
  }

  /** The node below for `+`, a new one if there is none. */
  ensurePlus(parent: number): number {
    const at = this.ensureFork(parent) * forkSize + plusAt;
    const held = this.forks[at] as number;
    if (held !== 0) return held;
    const node = this.#newNode(parent, plusLevel);
    this.forks[at] = node;
    return node;
  }

  /** The node below for `+`; 0 if there is none. (A fork that is not there holds nothing.) */
  plusOf(parent: number): number {
    return this.forks[this.#forkOf(parent) + plusAt] as number;
  }

  /** The fork of a node, a new one if there is none. */
  ensureFork(node: number): number {
    const held = this.records[node * nodeSize + forkAt] as number;
    if (held !== 0) return held;
    let fork = this.#freeFork;
    if (fork !== 0) this.#freeFork = this.forks[fork * forkSize + plusAt] as number;
    else {
      fork = ++this.#forksUsed;
      const needed = (fork + 1) * forkSize;
      if (needed > this.forks.length) this.forks = grown(this.forks, needed);
    }
    this.forks.fill(0, fork * forkSize, (fork + 1) * forkSize);
    this.records[node * nodeSize + forkAt] = fork;
    return fork;
  }

  /** Takes away the fork of a node, if it holds nothing. Whether nothing hangs on the node then. */
  trim(node: number): boolean {
    const { records, forks } = this;
    const fork = records[node * nodeSize + forkAt] as number;
    if (fork !== 0) {
      const at = fork * forkSize;
      if (forks[at + plusAt] !== 0 || forks[at + belowAt] !== 0 || forks[at + childrenAt] !== 0) return false;
      records[node * nodeSize + forkAt] = 0;
      forks[at + plusAt] = this.#freeFork;
      this.#freeFork = fork;
    }
    return records[node * nodeSize + valuesAt] === 0;
  }

  /** Removes a bare node; its level, 0 for `+`. */
  remove(node: number): number {
    const { records } = this;
    const at = node * nodeSize;
    const parent = records[at + parentAt] as number;
    const level = records[at + levelAt] as number;
    if (level === plusLevel) this.forks[this.#forkOf(parent) + plusAt] = 0;
    else this.#leaveParent(node, parent, level);
    records[at + parentAt] = this.#free;
    records[at + levelAt] = unused;
    this.#free = node;
    return level;
  }

  /** Where the fork of a node begins. */
  #forkOf(node: number): number {
    return (this.records[node * nodeSize + forkAt] as number) * forkSize;
  }

  #hash(parent: number, level: number): number {
    const sum = Math.imul(parent, this.#parentFactor) + Math.imul(level, this.#levelFactor);
    const mixed = Math.imul(sum ^ (sum >>> 15), 0x9e3779b1);
    return mixed ^ (mixed >>> 15) || 1;
  }

  hashOf(node: number): number {
    const { records } = this;
    const parent = records[node * nodeSize + parentAt] as number;
    const level = records[node * nodeSize + levelAt] as number;
    if (level === unused || level === plusLevel || this.forks[this.#forkOf(parent) + childAt] === node) return 0;
    return this.#hash(parent, level);
  }

  #newNode(parent: number, level: number): number {
    let node = this.#free;
    if (node !== 0) this.#free = this.records[node * nodeSize] as number;
    else {
      node = ++this.used;
      const needed = (node + 1) * nodeSize;
      if (needed > this.records.length) this.records = grown(this.records, needed);
    }
    const at = node * nodeSize;
    const { records } = this;
    records[at + parentAt] = parent;
    records[at + levelAt] = level;
    records[at + valuesAt] = 0;
    records[at + forkAt] = 0;
    return node;
  }

  #leaveParent(node: number, parent: number, level: number): void {
    const { forks } = this;
    const at = this.#forkOf(parent);
    forks[at + childrenAt] = (forks[at + childrenAt] as number) - 1;
    if (forks[at + childAt] === node) forks[at + childAt] = 0;
    else this.#slots.remove(node, this.#hash(parent, level));
  }
}
