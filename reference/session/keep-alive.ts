/** Server's side of Keep Alive (section 3.1.2.10). Times are milliseconds of a monotonic clock. */
export class KeepAlive {
  readonly #allowanceMs: number;
  #lastPacketAt: number;

  /** `allowanceMs`: one and a half Keep Alive intervals; Infinity where Keep Alive is 0. */
  constructor(allowanceMs: number, now: number) {
    this.#allowanceMs = allowanceMs;
    this.#lastPacketAt = now;
  }

  packetArrived(now: number): void {
    this.#lastPacketAt = now;
  }

  /** When the connection has to end if no packet comes before (MQTT-3.1.2-24). */
  deadline(): number {
    return this.#lastPacketAt + this.#allowanceMs;
  }
}
