// The latest of a long run of things, by number: at least so many as are asked for, at most twice as many. That the oldest are forgotten
// costs nothing but a second map.

export class Recent<T> {
  readonly #least: number;
  /** Made when there is something to remember: there is one of these a connection, and most stay empty. */
  #latest: Map<number, T> | undefined;
  #before: Map<number, T> | undefined;

  constructor(least: number) {
    this.#least = least;
  }

  get(number: number): T | undefined {
    return this.#latest?.get(number) ?? this.#before?.get(number);
  }

  set(number: number, thing: T): void {
    if (this.#latest !== undefined && this.#latest.size >= this.#least && !this.#latest.has(number)) {
      this.#before = this.#latest;
      this.#latest = undefined;
    }
    this.#latest ??= new Map();
    this.#latest.set(number, thing);
  }

  delete(number: number): void {
    this.#latest?.delete(number);
    this.#before?.delete(number);
  }
}
