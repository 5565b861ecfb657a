// Who has subscribed to what. In: filters with a value for each key. Out: the values of all filters that match a Topic Name.
// A trie of levels whose nodes, edges and levels are numbers in a few arrays. Filters and names are taken to be valid.
import { LevelTable, slash } from './level-table.ts';
import { belowAt, levelAt, NodeTable, nodeSize, parentAt, plusAt, plusLevel, valuesAt } from './node-table.ts';

const dollar = 36;
const hash = 35;
const plus = 43;

/** So much room for what a match finds is kept for the next one. */
const mostKept = 4_096;

/** Stands for the key where a filter has several: they are in a map then. */
const several = Symbol('several');

export interface SubscriptionTreeOptions {
  /** Any number that outsiders can't guess: it keeps them from choosing filters that are slow to find. */
  readonly hashKey?: number;
}

export class SubscriptionTree<K, V> {
  readonly #hashKey: number;
  #levels: LevelTable;
  #nodes: NodeTable;
  /** By entry, from 1 on: the only key of a filter and behind it its value, or `several` and a map. */
  #entries: (K | typeof several | V | Map<K, V> | undefined)[] = [undefined, undefined];
  readonly #freeEntries: number[] = [];
  #size = 0;
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
    return this.#size;
  }

  /** Adds or replaces. Returns the place of the filter: a number above 0 that stands for it as long as anybody has it. */
  add(topicFilter: string, key: K, value: V): number {
    const at = this.#place(topicFilter, true);
    const entry = this.#nodes.records[at] as number;
    if (entry !== 0) this.#addTo(entry, key, value);
    else {
      this.#nodes.records[at] = this.#newEntry(key, value);
      this.#size++;
    }
    return at;
  }

  /** The place of a filter; 0 if nobody has it. */
  placeOf(topicFilter: string): number {
    const at = this.#place(topicFilter, false);
    return at < 0 || this.#nodes.records[at] === 0 ? 0 : at;
  }

  /** The filter of a place. */
  filterAt(place: number): string {
    const isBelow = place % nodeSize === belowAt;
    const names: string[] = isBelow ? ['#'] : [];
    const { records } = this.#nodes;
    for (let node = Math.floor(place / nodeSize); node !== 0; node = records[node * nodeSize + parentAt] as number) {
      const level = records[node * nodeSize + levelAt] as number;
      names.push(level === plusLevel ? '+' : this.#levels.textOf(level));
    }
    return names.reverse().join('/');
  }

  /** What a key has at a place. */
  valueAt(place: number, key: K): V | undefined {
    const entry = this.#nodes.records[place] as number;
    const held = this.#keyOf(entry);
    if (held === several) return this.#mapOf(entry).get(key);
    return held === key ? (this.#entries[entry * 2 + 1] as V) : undefined;
  }

  /** Whether there was something to remove. */
  remove(topicFilter: string, key: K): boolean {
    return this.removeAt(this.placeOf(topicFilter), key);
  }

  /** The same by place. */
  removeAt(at: number, key: K): boolean {
    if (at === 0) return false;
    const entry = this.#nodes.records[at] as number;
    const outcome = this.#removeFrom(entry, key);
    if (outcome === 'not there') return false;
    this.#size--;
    if (outcome === 'was the last') {
      this.#nodes.records[at] = 0;
      this.#prune(Math.floor(at / nodeSize));
    }
    if (this.#size === 0) this.#beginAnew();
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

  /** Where the records tell the entry of a filter, made if it has to be there; below 0 if it is not. */
  #place(topicFilter: string, create: boolean): number {
    const { length } = topicFilter;
    let node = 0;
    let end = -1;
    do {
      const at = end + 1;
      const unit = topicFilter.charCodeAt(at);
      if (unit === hash && at + 1 === length) return node * nodeSize + belowAt;
      if (unit === plus && (at + 1 === length || topicFilter.charCodeAt(at + 1) === slash)) {
        node = create ? this.#nodes.ensurePlus(node) : (this.#nodes.records[node * nodeSize + plusAt] as number);
        end = at + 1;
      } else {
        const level = this.#levels.find(topicFilter, at);
        end = this.#levels.end;
        const child = level === 0 ? 0 : this.#nodes.child(node, level);
        node = child === 0 && create ? this.#nodes.addChild(node, this.#levels.acquire(level)) : child;
      }
      if (node === 0) return -1;
    } while (end < length);
    return node * nodeSize + valuesAt;
  }

  #collect(topicName: string): void {
    const nodes = this.#nodes;
    const levels = this.#levels;
    const { records } = nodes;
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
        const at = node * nodeSize;
        if (wildcards) {
          this.#found(records[at + belowAt] as number);
          const plusNode = records[at + plusAt] as number;
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
      this.#found(records[at + belowAt] as number);
    }
    this.#reached = reached;
    this.#next = next;
  }

  #found(entry: number): void {
    if (entry === 0) return;
    const at = this.#foundCount++;
    this.#foundKeys[at] = this.#keyOf(entry);
    this.#foundValues[at] = this.#entries[entry * 2 + 1] as V | Map<K, V>;
  }

  #newEntry(key: K, value: V): number {
    const entry = this.#freeEntries.pop() ?? this.#entries.length / 2;
    this.#hold(entry, key, value);
    return entry;
  }

  #keyOf(entry: number): K | typeof several {
    return this.#entries[entry * 2] as K | typeof several;
  }

  #mapOf(entry: number): Map<K, V> {
    return this.#entries[entry * 2 + 1] as Map<K, V>;
  }

  #hold(entry: number, key: K | typeof several | undefined, value: V | Map<K, V> | undefined): void {
    this.#entries[entry * 2] = key;
    this.#entries[entry * 2 + 1] = value;
  }

  #addTo(entry: number, key: K, value: V): void {
    const held = this.#keyOf(entry);
    if (held === key) return this.#hold(entry, key, value);
    if (held !== several) {
      const first = this.#entries[entry * 2 + 1] as V;
      this.#hold(entry, several, new Map([[held, first]]));
    }
    const map = this.#mapOf(entry);
    if (!map.has(key)) this.#size++;
    map.set(key, value);
  }

  #removeFrom(entry: number, key: K): 'not there' | 'others are left' | 'was the last' {
    const held = this.#keyOf(entry);
    if (held === several) {
      const map = this.#mapOf(entry);
      if (!map.delete(key)) return 'not there';
      if (map.size === 1) for (const [last, value] of map) this.#hold(entry, last, value);
      return 'others are left';
    }
    if (held !== key) return 'not there';
    this.#hold(entry, undefined, undefined);
    this.#freeEntries.push(entry);
    return 'was the last';
  }

  #prune(from: number): void {
    let node = from;
    while (node !== 0 && this.#nodes.isBare(node)) {
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
    this.#entries = [undefined, undefined];
    this.#freeEntries.length = 0;
  }
}
