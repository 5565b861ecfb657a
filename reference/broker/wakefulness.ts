// Keeps the broker awake for a moment behind a turn that brought much: whoever sent it waits for answers, and sends more as soon as they
// come. To be woken for that takes longer than the work itself, most of all in a virtual machine. In: what was counted. Out: nothing but
// turns of the event loop.
import { availableParallelism } from 'node:os';
import type { Clock } from '../clock.ts';

/** So many packets in one turn announce more. Single messages do not: for them the broker sleeps. */
const manyPackets = 8;
/** So long it looks for more. */
const awakeMs = 0.1;
/** So often at most, for a clock that stands still. */
const mostLooks = 1_000;

/** What a broker has counted since it started. */
interface Counted {
  readonly packetsReceived: number;
  readonly connectionsAccepted: number;
}

export class Wakefulness {
  readonly #clock: Clock;
  readonly #isUseful: boolean;
  #packets = 0;
  #connections = 0;
  #until = 0;
  #looks = 0;
  #isLooking = false;

  /** On a machine with a single core it would keep the core from those whom it waits for. */
  constructor(clock: Clock, cores: number = availableParallelism()) {
    this.#clock = clock;
    this.#isUseful = cores > 1;
  }

  /** A turn of the event loop is over. */
  turnEnded({ packetsReceived, connectionsAccepted }: Counted): void {
    // Behind a new connection its CONNECT is on the way.
    const isMuch = packetsReceived - this.#packets >= manyPackets || connectionsAccepted > this.#connections;
    this.#packets = packetsReceived;
    this.#connections = connectionsAccepted;
    if (isMuch && this.#isUseful) this.#stayAwake();
  }

  #stayAwake(): void {
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
