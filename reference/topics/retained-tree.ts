// What is kept for each Topic Name. In: names with values. Out: the values of all names that a Topic Filter matches.

const dollar = 36;

class Node<V> {
  children: Map<string, Node<V>> | undefined;
  value: V | undefined;
}

/** A trie of levels. Filters and names are taken to be valid. */
export class RetainedTree<V> {
  readonly #root = new Node<V>();
  #size = 0;
  /** Names that do not begin with `$`: often there are none but the broker's own. */
  #usual = 0;

  get size(): number {
    return this.#size;
  }

  set(topicName: string, value: V): void {
    let node = this.#root;
    for (const level of topicName.split('/')) {
      node.children ??= new Map();
      let child = node.children.get(level);
      if (child === undefined) {
        child = new Node();
        node.children.set(level, child);
      }
      node = child;
    }
    if (node.value === undefined) this.#count(topicName, 1);
    node.value = value;
  }

  #count(topicName: string, sign: 1 | -1): void {
    this.#size += sign;
    if (topicName.charCodeAt(0) !== dollar) this.#usual += sign;
  }

  /** Whether there was something to delete. */
  delete(topicName: string): boolean {
    const levels = topicName.split('/');
    const path: Node<V>[] = [this.#root];
    for (const level of levels) {
      const child = path.at(-1)?.children?.get(level);
      if (child === undefined) return false;
      path.push(child);
    }
    const last = path.at(-1);
    if (last?.value === undefined) return false;
    last.value = undefined;
    this.#count(topicName, -1);
    for (let depth = path.length - 1; depth > 0; depth--) {
      const [parent, node, level] = [path[depth - 1], path[depth], levels[depth - 1]];
      if (parent?.children === undefined || level === undefined) break;
      if (node?.value !== undefined || node?.children !== undefined) break;
      parent.children.delete(level);
      if (parent.children.size === 0) parent.children = undefined;
    }
    return true;
  }

  /** Visits the value of every name that the filter matches. Filters that match nothing, which are most, cost a level or two. */
  match(topicFilter: string, visit: (value: V) => void): void {
    // MQTT-4.7.2-1: only a filter that begins with `$` too matches the others.
    if (this.#usual === 0 && topicFilter.charCodeAt(0) !== dollar) return;
    let reached: Node<V>[] = [this.#root];
    for (let at = 0; at <= topicFilter.length; ) {
      const slash = topicFilter.indexOf('/', at);
      const end = slash < 0 ? topicFilter.length : slash;
      const level = topicFilter.slice(at, end);
      if (level === '#') {
        for (const node of reached) everythingBelow(node, at === 0, visit);
        return;
      }
      const next: Node<V>[] = [];
      for (const node of reached) {
        if (level === '+') {
          for (const [name, child] of node.children ?? []) if (at > 0 || !name.startsWith('$')) next.push(child);
        } else {
          const child = node.children?.get(level);
          if (child !== undefined) next.push(child);
        }
      }
      if (next.length === 0) return;
      reached = next;
      at = end + 1;
    }
    for (const { value } of reached) if (value !== undefined) visit(value);
  }
}

/** The node and all below it; `$` names not from the top (MQTT-4.7.2-1). */
function everythingBelow<V>(top: Node<V>, isRoot: boolean, visit: (value: V) => void): void {
  const open: Node<V>[] = [top];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node.value !== undefined) visit(node.value);
    for (const [name, child] of node.children ?? []) {
      if (!(isRoot && node === top && name.startsWith('$'))) open.push(child);
    }
  }
}
