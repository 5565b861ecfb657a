// Subscriptions and retained messages held in plain lists, with a matching that can be anything: for brokers that match wrongly.

import type { Parts } from '../../reference/broker/index.ts';
import type { Message } from '../../reference/message.ts';
import { matches } from '../../reference/topics/matches.ts';

export type Matches = (topicFilter: string, topicName: string) => boolean;
type Subscriptions = ReturnType<Parts['subscriptions']>;
type Retained = ReturnType<Parts['retained']>;
type Key = Parameters<Subscriptions['add']>[1];
type Value = Parameters<Subscriptions['add']>[2];

class ListedSubscriptions implements Subscriptions {
  readonly #matches: Matches;
  readonly #held = new Map<Key, Map<string, Value>>();

  constructor(how: Matches) {
    this.#matches = how;
  }

  get size(): number {
    return [...this.#held.values()].reduce((sum, filters) => sum + filters.size, 0);
  }

  add(topicFilter: string, key: Key, value: Value): void {
    const filters = this.#held.get(key) ?? new Map<string, Value>();
    filters.set(topicFilter, value);
    this.#held.set(key, filters);
  }

  remove(topicFilter: string, key: Key): boolean {
    return this.#held.get(key)?.delete(topicFilter) ?? false;
  }

  match(topicName: string, visit: (value: Value, key: Key) => void): void {
    for (const [key, filters] of this.#held) {
      for (const [topicFilter, value] of filters) if (this.#matches(topicFilter, topicName)) visit(value, key);
    }
  }
}

class ListedRetained implements Retained {
  readonly #matches: Matches;
  readonly #held = new Map<string, Message>();

  constructor(how: Matches) {
    this.#matches = how;
  }

  get size(): number {
    return this.#held.size;
  }

  set(topicName: string, message: Message): void {
    this.#held.set(topicName, message);
  }

  delete(topicName: string): boolean {
    return this.#held.delete(topicName);
  }

  match(topicFilter: string, visit: (message: Message) => void): void {
    for (const [topicName, message] of this.#held) if (this.#matches(topicFilter, topicName)) visit(message);
  }
}

/** Live messages match wrongly. */
export const matchingLive = (how: (right: Matches) => Matches) => () => ({
  parts: { subscriptions: () => new ListedSubscriptions(how(matches)) },
});
/** Retained messages match wrongly. */
export const matchingRetained = (how: (right: Matches) => Matches) => () => ({
  parts: { retained: () => new ListedRetained(how(matches)) },
});
/** Both match wrongly. */
export const matching = (how: (right: Matches) => Matches) => () => ({
  parts: {
    subscriptions: () => new ListedSubscriptions(how(matches)),
    retained: () => new ListedRetained(how(matches)),
  },
});
