// Who gets which message. In: Topic Filters with their takers, and Topic Names. Out: the takers. Knows no packet.
import type { Qos } from '../../message.ts';
import { SubscriptionTree } from '../../topics/subscription-tree.ts';
import type { ReceivedMessage } from './received-message.ts';

/** What takes messages of one or more Topic Filters. */
export interface Taker {
  take(message: ReceivedMessage): void;
  /** The server has granted these filters anew: for somebody else too, or after a reconnect. Among them may be some of others. */
  regranted?(grants: ReadonlyMap<string, Qos>): void;
  /** No message of this filter comes any more: somebody ended it, or (an error) the server no longer grants it after a reconnect. */
  ended?(topicFilter: string, error?: Error): void;
}

/** Topics whose takers are remembered. */
const mostRemembered = 4_096;
const nobody: readonly Taker[] = [];

export class Subscriptions {
  /** Made at first use, as all of this: a client that only publishes has none. */
  #tree: SubscriptionTree<Taker, Taker> | undefined;
  /** Requested QoS by filter and taker. */
  #filters: Map<string, Map<Taker, Qos>> | undefined;
  #remembered: Map<string, readonly Taker[]> | undefined;

  add(topicFilter: string, taker: Taker, qos: Qos): void {
    this.#filters ??= new Map();
    const takers = this.#filters.get(topicFilter) ?? new Map<Taker, Qos>();
    takers.set(taker, qos);
    this.#filters.set(topicFilter, takers);
    this.#tree ??= new SubscriptionTree();
    this.#tree.add(topicFilter, taker, taker);
    this.#remembered = undefined;
  }

  /** Whether nobody is left who wants the filter. */
  remove(topicFilter: string, taker: Taker): boolean {
    const takers = this.#filters?.get(topicFilter);
    if (takers?.delete(taker) !== true) return false;
    this.#tree?.remove(topicFilter, taker);
    this.#remembered = undefined;
    if (takers.size > 0) return false;
    this.#filters?.delete(topicFilter);
    return true;
  }

  /** What has to be asked of a server that knows nothing: each filter, with the highest QoS that somebody wants. */
  wanted(): { readonly topicFilter: string; readonly qos: Qos }[] {
    return [...(this.#filters?.keys() ?? [])].map((topicFilter) => ({ topicFilter, qos: this.qosOf(topicFilter) }));
  }

  /** The highest QoS that somebody wants of a filter. */
  qosOf(topicFilter: string): Qos {
    let highest: Qos = 0;
    for (const qos of this.#filters?.get(topicFilter)?.values() ?? []) if (qos > highest) highest = qos;
    return highest;
  }

  /** Whether more than one wants the filter. */
  isShared(topicFilter: string): boolean {
    return (this.#filters?.get(topicFilter)?.size ?? 0) > 1;
  }

  takersOf(topicFilter: string): readonly Taker[] {
    return [...(this.#filters?.get(topicFilter)?.keys() ?? nobody)];
  }

  /** Whether the takers of a topic are remembered. */
  knows(topicName: string): boolean {
    return this.#remembered?.has(topicName) === true;
  }

  /** Who takes messages of a topic; each taker once, however many of its filters match. */
  takers(topicName: string): readonly Taker[] {
    this.#remembered ??= new Map();
    const known = this.#remembered.get(topicName);
    if (known !== undefined) return known;
    const found = new Set<Taker>();
    this.#tree?.match(topicName, (taker) => found.add(taker));
    if (this.#remembered.size >= mostRemembered) this.#remembered.clear();
    const takers = [...found];
    this.#remembered.set(topicName, takers);
    return takers;
  }
}
