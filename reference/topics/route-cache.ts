// What was found for a Topic Name, kept until a filter that matches it comes or goes. In: names, and filters that have changed.
// Out: what a search finds, mostly without searching. Knows nothing of what is found.
import { RetainedTree } from './retained-tree.ts';

interface Kept<R> {
  readonly topicName: string;
  /** Undefined: it has to be found again. */
  route: R | undefined;
  /** Asked for since its place was last wanted for another. */
  wanted: boolean;
}

export interface RouteCacheOptions<R> {
  /** The search: what a Topic Name leads to. */
  readonly find: (topicName: string) => R;
  /** Names that are kept at most; those that nobody has asked for lately make room. */
  readonly maxTopics?: number;
}

const wildcards = /[+#]/;

/** Exact: `changed` forgets what a filter matches, and nothing else. Filters and names are taken to be valid. */
export class RouteCache<R extends NonNullable<unknown>> {
  readonly #find: (topicName: string) => R;
  readonly #maxTopics: number;
  readonly #byName = new Map<string, Kept<R>>();
  readonly #tree = new RetainedTree<Kept<R>>();
  readonly #places: Kept<R>[] = [];
  #hand = 0;

  constructor({ find, maxTopics = 32_768 }: RouteCacheOptions<R>) {
    this.#find = find;
    this.#maxTopics = maxTopics;
  }

  /** How many names are kept. */
  get size(): number {
    return this.#byName.size;
  }

  /** What the search finds for a name. */
  of(topicName: string): R {
    const kept = this.#byName.get(topicName);
    if (kept === undefined) return this.#keep(topicName);
    kept.wanted = true;
    kept.route ??= this.#find(topicName);
    return kept.route;
  }

  /** To be told of every filter that is added or removed: what it matches is found again. */
  changed(topicFilter: string): void {
    if (wildcards.test(topicFilter)) this.#tree.match(topicFilter, forget);
    else forget(this.#byName.get(topicFilter));
  }

  #keep(topicName: string): R {
    const route = this.#find(topicName);
    const kept: Kept<R> = { topicName, route, wanted: false };
    this.#takePlace(kept);
    this.#byName.set(topicName, kept);
    this.#tree.set(topicName, kept);
    return route;
  }

  /** A place of its own while there are some, then that of the next name that nobody has asked for lately. */
  #takePlace(kept: Kept<R>): void {
    if (this.#places.length < this.#maxTopics) {
      this.#places.push(kept);
      return;
    }
    for (let found = false; !found; this.#hand = (this.#hand + 1) % this.#maxTopics) {
      const held = this.#places[this.#hand] as Kept<R>;
      found = !held.wanted;
      held.wanted = false;
      if (!found) continue;
      this.#byName.delete(held.topicName);
      this.#tree.delete(held.topicName);
      this.#places[this.#hand] = kept;
    }
  }
}

function forget<R>(kept: Kept<R> | undefined): void {
  if (kept !== undefined) kept.route = undefined;
}
