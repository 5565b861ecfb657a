// What filters hold, as numbers: 0 is nothing. In: keys, each with a value. Out: a number that stands for them. Filters of the same key
// and value that come one after the other share a number: most of a client's filters do, and cost nothing here.
import { grown } from './number-slots.ts';

/** In place of the key where there are several: they are in a map then. */
export const several = Symbol('several');

export class Entries<K, V> {
  /** By entry: the only key and behind it its value, or `several` and a map. */
  readonly #held: (K | typeof several | V | Map<K, V> | undefined)[] = [undefined, undefined];
  /** By entry: how many filters have it. A map is shared by none. */
  #uses = new Int32Array(16);
  readonly #free: number[] = [];
  /** The entry that was made last. */
  #last = 0;
  /** How many keys of how many filters are held. */
  size = 0;

  /** The only key, or `several`. */
  keyOf(entry: number): K | typeof several {
    return this.#held[entry * 2] as K | typeof several;
  }

  /** The value of the only key, or a map. */
  valueOf(entry: number): V | Map<K, V> {
    return this.#held[entry * 2 + 1] as V | Map<K, V>;
  }

  /** What a key has. */
  get(entry: number, key: K): V | undefined {
    const held = this.keyOf(entry);
    if (held === several) return (this.valueOf(entry) as Map<K, V>).get(key);
    return held === key ? (this.valueOf(entry) as V) : undefined;
  }

  /** The entry to be had in place of another, with a value set for a key. */
  set(entry: number, key: K, value: V): number {
    if (entry === 0) {
      this.size++;
      return this.#of(key, value);
    }
    const held = this.keyOf(entry);
    if (held === several) {
      const map = this.valueOf(entry) as Map<K, V>;
      if (!map.has(key)) this.size++;
      map.set(key, value);
      return entry;
    }
    const before = this.valueOf(entry) as V;
    if (held === key && before === value) return entry;
    this.#leave(entry);
    if (held === key) return this.#of(key, value);
    this.size++;
    const both = new Map([
      [held, before],
      [key, value],
    ]);
    return this.#make(several, both);
  }

  /** The entry to be had in place of another, without a key; 0 if it had no other. */
  delete(entry: number, key: K): number {
    const held = this.keyOf(entry);
    if (held !== several) {
      if (held !== key) return entry;
      this.size--;
      this.#leave(entry);
      return 0;
    }
    const map = this.valueOf(entry) as Map<K, V>;
    if (!map.delete(key)) return entry;
    this.size--;
    if (map.size > 1) return entry;
    this.#leave(entry);
    for (const [last, value] of map) return this.#of(last, value);
    return 0;
  }

  #of(key: K, value: V): number {
    const last = this.#last;
    if (last === 0 || this.#held[last * 2] !== key || this.#held[last * 2 + 1] !== value) {
      this.#last = this.#make(key, value);
      return this.#last;
    }
    this.#uses[last] = (this.#uses[last] as number) + 1;
    return last;
  }

  #make(key: K | typeof several, value: V | Map<K, V>): number {
    const entry = this.#free.pop() ?? this.#held.length / 2;
    this.#held[entry * 2] = key;
    this.#held[entry * 2 + 1] = value;
    if (entry >= this.#uses.length) this.#uses = grown(this.#uses, entry + 1);
    this.#uses[entry] = 1;
    return entry;
  }

  /** One use less; an entry without any is free. */
  #leave(entry: number): void {
    const left = (this.#uses[entry] as number) - 1;
    this.#uses[entry] = left;
    if (left > 0) return;
    if (entry === this.#last) this.#last = 0;
    this.#held[entry * 2] = undefined;
    this.#held[entry * 2 + 1] = undefined;
    this.#free.push(entry);
  }
}
