// Waiting for something to change on a connection. In: a look, and word that something has happened. Out: what the look found.
import type { Outwaited, Outwaiting, Patience } from './patience.ts';

export class Changes {
  readonly #patience: Patience;
  readonly #looks = new Set<() => void>();

  constructor(patience: Patience) {
    this.#patience = patience;
  }

  /** Something has happened: everybody looks again. */
  happened(): void {
    for (const look of [...this.#looks]) look();
  }

  /**
   * Waits until `look` finds something, looking again whenever something happens.
   * Undefined when the bound (milliseconds, by default that of a reply) has run out.
   */
  async waitFor<T>(look: () => T | undefined, boundMs = this.#patience.replyMs): Promise<T | undefined> {
    const already = look();
    if (already !== undefined) return already;
    return new Promise<T | undefined>((done) => {
      const check = (): void => {
        const found = look();
        if (found === undefined) return;
        this.#looks.delete(check);
        cancel();
        done(found);
      };
      this.#looks.add(check);
      const cancel = this.#patience.runsOut(boundMs, () => {
        if (this.#looks.delete(check)) done(look());
      });
    });
  }

  /** Waits on, behind a bound that has run out, until `look` finds something or the target is outwaited. */
  async outwait<T>(look: () => T | undefined, how: Outwaiting): Promise<Outwaited<T>> {
    const already = look();
    if (already !== undefined) return { found: already };
    const over = new AbortController();
    return new Promise<Outwaited<T>>((done) => {
      const check = (): void => {
        const found = look();
        if (found === undefined) return;
        this.#looks.delete(check);
        over.abort();
        done({ found });
      };
      this.#looks.add(check);
      void this.#patience.outwaits(how, over.signal).then((silence) => {
        if (!this.#looks.delete(check)) return;
        const found = look();
        done(found === undefined ? { silence } : { found });
      });
    });
  }
}
