const tickMs = 500;

/**
 * Waits for something, for a time at most. Rejects with what was waited for. Time is counted in ticks of this process: if it, or the whole
 * machine, stands still for a while, that is one tick, and no reason to accuse the broker.
 */
export function within<T>(ms: number, what: string, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    let left = Math.ceil(ms / tickMs);
    const ticks = setInterval(() => {
      if (--left < 0) reject(new Error(`waited ${ms} ms in vain until ${what}`));
    }, tickMs);
    promise.then(resolve, reject).finally(() => clearInterval(ticks));
  });
}
