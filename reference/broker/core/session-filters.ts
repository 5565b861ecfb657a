// What one session has subscribed to. In: Topic Filters. Out: the same, and the session's place in what holds the subscriptions of all.
import { Buffer } from 'node:buffer';
import type { Qos } from '../../message.ts';
import { NumberSet } from '../../topics/number-set.ts';
import type { SubscriptionTree } from '../../topics/subscription-tree.ts';
import type { SessionMatch, Subscriptions } from './parts.ts';
import type { Session } from './session.ts';

/** Granted QoS by Topic Filter. */
export interface ReadonlyFilters extends Iterable<readonly [topicFilter: string, granted: Qos]> {
  readonly size: number;
  has(topicFilter: string): boolean;
  keys(): Iterable<string>;
}

/** Bytes `from` an offset, not as far as `to`. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

export interface SessionFilters extends ReadonlyFilters {
  /** Adds or replaces. */
  set(topicFilter: string, granted: Qos): void;
  /** The same of a filter whose bytes lie in a range, all of them ASCII. */
  setBytes(bytes: Uint8Array, range: Range, granted: Qos): void;
  /** Whether there was something to delete. */
  delete(topicFilter: string): boolean;
  /** Takes all of them away, one at each step, when nobody asks for them any more. */
  removing(): Iterator<void>;
}

/** The filters are in the tree alone, and the session knows their places: a few bytes for each subscription, and no object. */
export class TreeFilters implements SessionFilters {
  readonly #tree: SubscriptionTree<Session, SessionMatch>;
  readonly #session: Session;
  readonly #places = new NumberSet();
  /** By QoS: all subscriptions share what stands for them in the tree. */
  readonly #matches: SessionMatch[] = [];

  constructor(tree: SubscriptionTree<Session, SessionMatch>, session: Session) {
    this.#tree = tree;
    this.#session = session;
  }

  get size(): number {
    return this.#places.size;
  }

  has(topicFilter: string): boolean {
    return this.#places.has(this.#tree.placeOf(topicFilter));
  }

  set(topicFilter: string, granted: Qos): void {
    this.#places.add(this.#tree.add(topicFilter, this.#session, this.#match(granted)));
  }

  setBytes(bytes: Uint8Array, { from, to }: Range, granted: Qos): void {
    this.#places.add(this.#tree.addBytes(bytes, from, to, this.#session, this.#match(granted)));
  }

  #match(granted: Qos): SessionMatch {
    this.#matches[granted] ??= { session: this.#session, granted };
    return this.#matches[granted];
  }

  delete(topicFilter: string): boolean {
    const place = this.#tree.placeOf(topicFilter);
    return this.#places.delete(place) && this.#tree.removeAt(place, this.#session);
  }

  *keys(): Iterable<string> {
    for (const place of this.#places) yield this.#tree.filterAt(place);
  }

  *[Symbol.iterator](): Iterator<readonly [string, Qos]> {
    for (const place of this.#places)
      yield [this.#tree.filterAt(place), this.#tree.valueAt(place, this.#session)?.granted ?? 0];
  }

  *removing(): Iterator<void> {
    for (const place of this.#places) yield void this.#tree.removeAt(place, this.#session);
  }
}

/** Beside subscriptions of any make, where rules may look at each filter. */
export class ListedFilters implements SessionFilters {
  readonly #subscriptions: Subscriptions;
  readonly #session: Session;
  readonly #granted = new Map<string, Qos>();

  constructor(subscriptions: Subscriptions, session: Session) {
    this.#subscriptions = subscriptions;
    this.#session = session;
  }

  get size(): number {
    return this.#granted.size;
  }

  has(topicFilter: string): boolean {
    return this.#granted.has(topicFilter);
  }

  set(topicFilter: string, granted: Qos): void {
    this.#granted.set(topicFilter, granted);
    this.#subscriptions.add(topicFilter, this.#session, { session: this.#session, topicFilter, granted });
  }

  setBytes(bytes: Uint8Array, { from, to }: Range, granted: Qos): void {
    this.set(Buffer.from(bytes.subarray(from, to)).toString('latin1'), granted);
  }

  delete(topicFilter: string): boolean {
    this.#granted.delete(topicFilter);
    return this.#subscriptions.remove(topicFilter, this.#session);
  }

  keys(): Iterable<string> {
    return this.#granted.keys();
  }

  [Symbol.iterator](): Iterator<readonly [string, Qos]> {
    return this.#granted[Symbol.iterator]();
  }

  *removing(): Iterator<void> {
    for (const topicFilter of this.#granted.keys()) yield void this.#subscriptions.remove(topicFilter, this.#session);
  }
}
