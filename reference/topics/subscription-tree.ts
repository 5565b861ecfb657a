// Who has subscribed to what. In: filters with a value for each key. Out: the values of all filters that match a Topic Name.
// A trie of levels whose nodes, edges and levels are numbers in a few arrays. Filters and names are taken to be valid.
import { Entries, several } from './entries.ts';
import { LevelTable, slash } from './level-table.ts';
import {
  belowAt,
  forkAt,
  forkSize,
  levelAt,
  NodeTable,
  nodeSize,
  parentAt,
  plusAt,
  plusLevel,
  valuesAt,
} from './node-table.ts';

const dollar = 36;
const hash = 35;
const plus = 43;

/** So much room for what a match finds is kept for the next one. */
const mostKept = 4_096;

export interface SubscriptionTreeOptions {
  /** Any number that outsiders can't guess: it keeps them from choosing filters that are slow to find. */
  readonly hashKey?: number;
}

export class SubscriptionTree<K, V> {
  readonly #hashKey: number;
  #levels: LevelTable;
  #nodes: NodeTable;
  #entries = new Entries<K, V>();
  /** Nodes that a match has reached by the level it is at, and by the next one. */
  #reached = new Int32Array(64);
  #next = new Int32Array(64);
  /** What a match has found so far, as far as `#foundCount`; one that is begun within a visit goes on behind it. */
  readonly #foundKeys: (K | typeof several | undefined)[] = [];
  readonly #foundValues: (V | Map<K, V> | undefined)[] = [];
  #foundCount = 0;

  constructor({ hashKey = 0 }: SubscriptionTreeOptions = {}) {
    this.#hashKey = hashKey;
    this.#levels = new LevelTable(hashKey);
    this.#nodes = new NodeTable(hashKey);
  }

  /** How many filters of how many keys are held. */
  get size(): number {
    return this.#entries.size;
  }

  /** Adds or replaces. Returns the place of the filter: a number above 0 that stands for it as long as anybody has it. */
  add(topicFilter: string, key: K, value: V): number {
    return this.#addAt(this.#place(topicFilter, true), key, value);
  }

  /** The same of a filter whose bytes lie between `from` and `to`, all of them ASCII. */
  addBytes(bytes: Uint8Array, from: number, to: number, key: K, value: V): number {
    return this.#addAt(this.#placeOfBytes(bytes, from, to), key, value);
  }

  #addAt(place: number, key: K, value: V): number {
    const nodes = this.#nodes;
    const node = place >> 1;
    if ((place & 1) === 0) {
      const at = node * nodeSize + valuesAt;
      nodes.records[at] = this.#entries.set(nodes.records[at] as number, key, value);
    } else {
      const at = nodes.ensureFork(node) * forkSize + belowAt;
      nodes.forks[at] = this.#entries.set(nodes.forks[at] as number, key, value);
    }
    return place;
  }

  /** The place of a filter; 0 if nobody has it. */
  placeOf(topicFilter: string): number {
    const place = this.#place(topicFilter, false);
    return place < 0 || this.#entryAt(place) === 0 ? 0 : place;
  }

  #entryAt(place: number): number {
    const { records, forks } = this.#nodes;
    const at = (place >> 1) * nodeSize;
    if ((place & 1) === 0) return records[at + valuesAt] as number;
    // A fork that is not there holds nothing.
    return forks[(records[at + forkAt] as number) * forkSize + belowAt] as number;
  }

  /** The filter of a place. */
  filterAt(place: number): string {
    const names: string[] = (place & 1) === 0 ? [] : ['#'];
    const { records } = this.#nodes;
    for (let node = place >> 1; node !== 0; node = records[node * nodeSize + parentAt] as number) {
      const level = records[node * nodeSize + levelAt] as number;
      names.push(level === plusLevel ? '+' : this.#levels.textOf(level));
    }
    return names.reverse().join('/');
  }

  /** What a key has at a place. */
  valueAt(place: number, key: K): V | undefined {
    return this.#entries.get(this.#entryAt(place), key);
  }

  /** Whether there was something to remove. */
  remove(topicFilter: string, key: K): boolean {
    return this.removeAt(this.placeOf(topicFilter), key);
  }

  /** The same by place. */
  removeAt(place: number, key: K): boolean {
    if (place === 0) return false;
    const { records, forks } = this.#nodes;
    const before = this.#entries.size;
    const left = this.#entries.delete(this.#entryAt(place), key);
    if (this.#entries.size === before) return false;
    const at = (place >> 1) * nodeSize;
    if ((place & 1) === 0) records[at + valuesAt] = left;
    else forks[(records[at + forkAt] as number) * forkSize + belowAt] = left;
    if (left === 0) this.#prune(place >> 1);
    if (this.#entries.size === 0) this.#beginAnew();
    return true;
  }

  /** Visits the value of every filter that matches (sections 4.7.1 and 4.7.2), once all of them are found. */
  match(topicName: string, visit: (value: V, key: K) => void): void {
    const keys = this.#foundKeys;
    const values = this.#foundValues;
    const first = this.#foundCount;
    this.#collect(topicName);
    const end = this.#foundCount;
    if (end === first) return;
    try {
      for (let i = first; i < end; i++) {
        const key = keys[i] as K | typeof several;
        if (key === several) (values[i] as Map<K, V>).forEach(visit);
        else visit(values[i] as V, key);
      }
    } finally {
      this.#forget(first);
    }
  }

  /** Nothing that has been found keeps what is no longer subscribed alive. (To shorten the arrays each time would cost more.) */
  #forget(first: number): void {
    for (let i = first; i < this.#foundCount; i++) {
      this.#foundKeys[i] = undefined;
      this.#foundValues[i] = undefined;
    }
    this.#foundCount = first;
    if (this.#foundKeys.length <= mostKept) return;
    this.#foundKeys.length = first;
    this.#foundValues.length = first;
  }

  /**
   * The place of a filter, made if it has to be there; below 0 if it is not. A place is twice the number of the node, and one more for
   * what the node has for `#`.
   */
  #place(topicFilter: string, create: boolean): number {
    const { length } = topicFilter;
    let node = 0;
    let end = -1;
    do {
      const at = end + 1;
      const unit = topicFilter.charCodeAt(at);
      if (unit === hash && at + 1 === length) return node * 2 + 1;
      if (unit === plus && (at + 1 === length || topicFilter.charCodeAt(at + 1) === slash)) {
        node = create ? this.#nodes.ensurePlus(node) : this.#nodes.plusOf(node);
        end = at + 1;
      } else {
        const level = this.#levels.find(topicFilter, at);
        end = this.#levels.end;
        const child = level === 0 ? 0 : this.#nodes.child(node, level);
        node = child === 0 && create ? this.#nodes.addChild(node, this.#levels.acquire(level)) : child;
      }
      if (node === 0) return -1;
    } while (end < length);
    return node * 2;
  }

  /** The same of bytes, made if it is not there. */
  #placeOfBytes(bytes: Uint8Array, from: number, to: number): number {
    const levels = this.#levels;
    let node = 0;
    let at = from;
    for (;;) {
      const isLone = at + 1 < to ? bytes[at + 1] === slash : at < to;
      if (isLone && bytes[at] === hash) return node * 2 + 1;
      if (isLone && bytes[at] === plus) {
        node = this.#nodes.ensurePlus(node);
        at++;
      } else {
        const level = levels.findBytes(bytes, at, to);
        at = levels.end;
        const child = level === 0 ? 0 : this.#nodes.child(node, level);
        node = child === 0 ? this.#nodes.addChild(node, levels.acquire(level)) : child;
      }
      if (at >= to) return node * 2;
      at++;
    }
  }

  #collect(topicName: string): void {
    const nodes = this.#nodes;
    const levels = this.#levels;
    const { records, forks } = nodes;
    let reached = this.#reached;
    let next = this.#next;
    let count = 1;
    reached[0] = 0;
    // MQTT-4.7.2-1: wildcards do not match a first level that begins with `$`.
    let wildcards = topicName.charCodeAt(0) !== dollar;
    let end = -1;
    do {
      const level = levels.find(topicName, end + 1);
      end = levels.end;
      if (count * 2 > next.length) next = new Int32Array(count * 4);
      let found = 0;
      for (let i = 0; i < count; i++) {
        const node = reached[i] as number;
        const fork = records[node * nodeSize + forkAt] as number;
        if (fork === 0) continue;
        if (wildcards) {
          this.#found(forks[fork * forkSize + belowAt] as number);
          const plusNode = forks[fork * forkSize + plusAt] as number;
          if (plusNode !== 0) next[found++] = plusNode;
        }
        const child = level === 0 ? 0 : nodes.child(node, level);
        if (child !== 0) next[found++] = child;
      }
      [reached, next] = [next, reached];
      count = found;
      wildcards = true;
    } while (count > 0 && end < topicName.length);
    for (let i = 0; i < count; i++) {
      const at = (reached[i] as number) * nodeSize;
      this.#found(records[at + valuesAt] as number);
      // `sport/#` matches `sport` too.
      const fork = records[at + forkAt] as number;
      if (fork !== 0) this.#found(forks[fork * forkSize + belowAt] as number);
    }
    this.#reached = reached;
    this.#next = next;
  }

  #found(entry: number): void {
    if (entry === 0) return;
    const at = this.#foundCount++;
    this.#foundKeys[at] = this.#entries.keyOf(entry);
    this.#foundValues[at] = this.#entries.valueOf(entry);
  }

  #prune(from: number): void {
    let node = from;
    while (node !== 0 && this.#nodes.trim(node)) {
      const parent = this.#nodes.records[node * nodeSize + parentAt] as number;
      const level = this.#nodes.remove(node);
      if (level !== 0) this.#levels.release(level);
      node = parent;
    }
  }

  /** Gives back what many subscriptions have needed. */
  #beginAnew(): void {
    this.#levels = new LevelTable(this.#hashKey);
    this.#nodes = new NodeTable(this.#hashKey);
    this.#entries = new Entries();
  }
}
