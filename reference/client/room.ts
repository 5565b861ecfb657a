// Who publishes at QoS 0 waits where output has gathered, and until payloads that are not copied have left. In: who waits, and what has not
// left yet. Out: a promise of room. Made for one client; knows no stream.

/** So much unsent output makes a publisher of QoS 0 wait. */
const highWaterBytes = 1_048_576;

export class Room {
  /** Undefined: nobody waits. */
  promise: Promise<void> | undefined;
  #resolve = (): void => {};
  /** Unsent bytes up to which there is room. */
  #upToBytes = highWaterBytes;

  /** `mustLeave`: there is none before everything has left, since it is not copied. */
  wanted(mustLeave: boolean): Promise<void> {
    if (mustLeave) this.#upToBytes = 0;
    this.promise ??= new Promise<void>((done) => {
      this.#resolve = done;
    });
    return this.promise;
  }

  /** Whether somebody waits and need not any more. */
  isThere(unsentBytes: number): boolean {
    return this.promise !== undefined && unsentBytes <= this.#upToBytes;
  }

  release(): void {
    this.promise = undefined;
    this.#upToBytes = highWaterBytes;
    this.#resolve();
  }
}
