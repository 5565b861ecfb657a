// Keeps the broker awake for a moment behind a turn that brought much: whoever sent it waits for answers, and sends more as soon as they
// come. To be woken for that takes longer than the work itself, most of all in a virtual machine. In: how many packets a turn brought.
import { availableParallelism } from 'node:os';
import type { Clock } from '../clock.ts';

/** So many packets in one turn announce more. Single messages do not: for them the broker sleeps. */
const manyPackets = 8;
/** So long it looks for more. */
const awakeMs = 0.1;
/** So often at most, for a clock that stands still. */
const mostLooks = 1_000;

export class Wakefulness {
  readonly #clock: Clock;
  readonly #isUseful: boolean;
  #until = 0;
  #looks = 0;
  #isLooking = false;

  /** On a machine with a single core it would keep the core from those whom it waits for. */
  constructor(clock: Clock, cores: number = availableParallelism()) {
    this.#clock = clock;
    this.#isUseful = cores > 1;
  }

  /** A turn of the event loop is over, that brought so many packets. */
  turnEnded(packets: number): void {
    if (packets < manyPackets || !this.#isUseful) return;
    this.#until = this.#clock.now() + awakeMs;
    this.#looks = 0;
    if (this.#isLooking) return;
    this.#isLooking = true;
    setImmediate(this.#look);
  }

  readonly #look = (): void => {
    this.#isLooking = ++this.#looks < mostLooks && this.#clock.now() < this.#until;
    if (this.#isLooking) setImmediate(this.#look);
  };
}
