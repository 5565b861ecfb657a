// Who wants to be called when. In: things with deadlines. Out: the earliest. A heap: nothing is walked that is not due.

export interface Timed {
  /** When it wants to be called, by now; may have become later without a word. */
  deadline(): number;
  /** When it is called at the latest, and where that stands: kept by `Deadlines` alone. */
  due: number;
  place: number;
}

export class Deadlines<T extends Timed> {
  readonly #heap: T[] = [];

  /** When the next is due; Infinity without one. */
  get next(): number {
    return this.#heap[0]?.due ?? Number.POSITIVE_INFINITY;
  }

  /** Calls are wanted by its deadline of now; to be told of when a deadline has become earlier. */
  set(item: T): void {
    const due = item.deadline();
    if (due === Number.POSITIVE_INFINITY) return this.delete(item);
    item.due = due;
    if (item.place < 0) {
      item.place = this.#heap.length;
      this.#heap.push(item);
    }
    this.#up(item.place);
    this.#down(item.place);
  }

  delete(item: T): void {
    const { place } = item;
    if (place < 0) return;
    item.place = -1;
    const last = this.#heap.pop() as T;
    if (last === item) return;
    this.#put(place, last);
    this.#up(place);
    this.#down(last.place);
  }

  /** The next whose deadline is over; its deadline has to be set anew. */
  take(now: number): T | undefined {
    for (;;) {
      const first = this.#heap[0];
      if (first === undefined || first.due > now) return undefined;
      if (first.deadline() <= now) return first;
      this.set(first);
    }
  }

  #put(place: number, item: T): void {
    this.#heap[place] = item;
    item.place = place;
  }

  #up(from: number): void {
    const item = this.#heap[from] as T;
    let place = from;
    while (place > 0) {
      const parentPlace = (place - 1) >> 1;
      const parent = this.#heap[parentPlace] as T;
      if (parent.due <= item.due) break;
      this.#put(place, parent);
      place = parentPlace;
    }
    this.#put(place, item);
  }

  #down(from: number): void {
    const item = this.#heap[from] as T;
    let place = from;
    for (;;) {
      const left = place * 2 + 1;
      const [a, b] = [this.#heap[left], this.#heap[left + 1]];
      if (a === undefined) break;
      const child = b !== undefined && b.due < a.due ? b : a;
      if (child.due >= item.due) break;
      const childPlace = child.place;
      this.#put(place, child);
      place = childPlace;
    }
    this.#put(place, item);
  }
}
