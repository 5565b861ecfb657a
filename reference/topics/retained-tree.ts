// What is kept for each Topic Name. In: names with values. Out: the values of all names that a Topic Filter matches.

class Node<V> {
  children: Map<string, Node<V>> | undefined;
  value: V | undefined;
}

/** A trie of levels. Filters and names are taken to be valid. */
export class RetainedTree<V> {
  readonly #root = new Node<V>();
  #size = 0;

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
    if (node.value === undefined) this.#size++;
    node.value = value;
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
    this.#size--;
    for (let depth = path.length - 1; depth > 0; depth--) {
      const [parent, node, level] = [path[depth - 1], path[depth], levels[depth - 1]];
      if (parent?.children === undefined || level === undefined) break;
      if (node?.value !== undefined || node?.children !== undefined) break;
      parent.children.delete(level);
      if (parent.children.size === 0) parent.children = undefined;
    }
    return true;
  }

  /** Visits the value of every name that the filter matches. */
  match(topicFilter: string, visit: (value: V) => void): void {
    let reached: Node<V>[] = [this.#root];
    const levels = topicFilter.split('/');
    for (let i = 0; i < levels.length && reached.length > 0; i++) {
      const level = levels[i] as string;
      if (level === '#') {
        for (const node of reached) everythingBelow(node, i === 0, visit);
        return;
      }
      const next: Node<V>[] = [];
      for (const node of reached) {
        if (level === '+') {
          for (const [name, child] of node.children ?? []) if (i > 0 || !name.startsWith('$')) next.push(child);
        } else {
          const child = node.children?.get(level);
          if (child !== undefined) next.push(child);
        }
      }
      reached = next;
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
