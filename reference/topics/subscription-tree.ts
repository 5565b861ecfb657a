// Who has subscribed to what. In: filters with a value for each key. Out: the values of all filters that match a Topic Name.

class Node<K, V> {
  children: Map<string, Node<K, V>> | undefined;
  /** Values of the filter that ends here. */
  values: Map<K, V> | undefined;
  /** Values of the filter that ends here with a `#` behind it. */
  below: Map<K, V> | undefined;

  get isEmpty(): boolean {
    return this.children === undefined && this.values === undefined && this.below === undefined;
  }
}

/** A trie of levels. Filters and names are taken to be valid. */
export class SubscriptionTree<K, V> {
  readonly #root = new Node<K, V>();
  #size = 0;

  /** How many filters of how many keys are held. */
  get size(): number {
    return this.#size;
  }

  /** Adds or replaces. */
  add(topicFilter: string, key: K, value: V): void {
    const { levels, withBelow } = split(topicFilter);
    let node = this.#root;
    for (const level of levels) {
      node.children ??= new Map();
      let child = node.children.get(level);
      if (child === undefined) {
        child = new Node();
        node.children.set(level, child);
      }
      node = child;
    }
    if (withBelow) node.below ??= new Map();
    else node.values ??= new Map();
    const held = (withBelow ? node.below : node.values) as Map<K, V>;
    if (!held.has(key)) this.#size++;
    held.set(key, value);
  }

  /** Whether there was something to remove. */
  remove(topicFilter: string, key: K): boolean {
    const { levels, withBelow } = split(topicFilter);
    const path: Node<K, V>[] = [this.#root];
    for (const level of levels) {
      const child = path.at(-1)?.children?.get(level);
      if (child === undefined) return false;
      path.push(child);
    }
    const last = path.at(-1);
    const held = withBelow ? last?.below : last?.values;
    if (last === undefined || held?.delete(key) !== true) return false;
    this.#size--;
    if (held.size === 0) {
      if (withBelow) last.below = undefined;
      else last.values = undefined;
    }
    prune(path, levels);
    return true;
  }

  /** Visits the value of every filter that matches (sections 4.7.1 and 4.7.2). */
  match(topicName: string, visit: (value: V, key: K) => void): void {
    const levels = topicName.split('/');
    // MQTT-4.7.2-1: wildcards do not match a first level that begins with `$`.
    const dollar = topicName.startsWith('$');
    let reached: Node<K, V>[] = [this.#root];
    for (let i = 0; i < levels.length && reached.length > 0; i++) {
      const level = levels[i] as string;
      const next: Node<K, V>[] = [];
      const wildcards = i > 0 || !dollar;
      for (const node of reached) {
        if (node.below !== undefined && wildcards) node.below.forEach(visit);
        const exact = node.children?.get(level);
        if (exact !== undefined) next.push(exact);
        const plus = wildcards ? node.children?.get('+') : undefined;
        if (plus !== undefined) next.push(plus);
      }
      reached = next;
    }
    for (const node of reached) {
      node.values?.forEach(visit);
      // `sport/#` matches `sport` too.
      node.below?.forEach(visit);
    }
  }
}

function split(topicFilter: string): { levels: string[]; withBelow: boolean } {
  const levels = topicFilter.split('/');
  const withBelow = levels.at(-1) === '#';
  if (withBelow) levels.pop();
  return { levels, withBelow };
}

function prune<K, V>(path: readonly Node<K, V>[], levels: readonly string[]): void {
  for (let depth = path.length - 1; depth > 0; depth--) {
    const [parent, node, level] = [path[depth - 1], path[depth], levels[depth - 1]];
    if (parent?.children === undefined || level === undefined || node?.isEmpty !== true) return;
    parent.children.delete(level);
    if (parent.children.size === 0) parent.children = undefined;
  }
}
