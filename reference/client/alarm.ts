// One timer for all clients of a clock, set to the earliest of their deadlines. In: clients. Out: the calls that they want.
import type { Clock } from '../clock.ts';
import { Deadlines, type Timed } from '../deadlines.ts';

/** Who wants to be called at its deadline. */
export interface Sleeper extends Timed {
  tick(now: number): void;
}

export class Alarm {
  static readonly #ofClocks = new WeakMap<Clock, Alarm>();

  static of(clock: Clock): Alarm {
    const alarm = Alarm.#ofClocks.get(clock) ?? new Alarm(clock);
    Alarm.#ofClocks.set(clock, alarm);
    return alarm;
  }

  readonly #clock: Clock;
  readonly #deadlines = new Deadlines<Sleeper>();
  #cancel: (() => void) | undefined;
  #ringsAt = Number.POSITIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  /** To be told whenever a deadline may have become earlier, or Infinity; one that has become later is found out when it is due. */
  set(sleeper: Sleeper): void {
    const at = sleeper.deadline();
    if (at >= sleeper.due && at !== Number.POSITIVE_INFINITY && sleeper.place >= 0) return;
    this.#deadlines.set(sleeper);
    this.#arm();
  }

  #arm(): void {
    const { next } = this.#deadlines;
    // Nobody's timer keeps no process running.
    if (next >= this.#ringsAt && next !== Number.POSITIVE_INFINITY) return;
    this.#cancel?.();
    this.#cancel = undefined;
    this.#ringsAt = next;
    if (next !== Number.POSITIVE_INFINITY) this.#cancel = this.#clock.at(next, this.#ring);
  }

  readonly #ring = (): void => {
    this.#ringsAt = Number.POSITIVE_INFINITY;
    this.#cancel = undefined;
    const now = this.#clock.now();
    const called: Sleeper[] = [];
    for (let due = this.#deadlines.take(now); due !== undefined; due = this.#deadlines.take(now)) {
      this.#deadlines.delete(due);
      called.push(due);
    }
    try {
      for (const sleeper of called) sleeper.tick(now);
    } finally {
      for (const sleeper of called) this.#deadlines.set(sleeper);
      this.#arm();
    }
  };
}
