import { defaultMaxListeners, getMaxListeners, setMaxListeners } from 'node:events';

export interface WaitOptions {
  /** Ends the waiting. */
  readonly signal?: AbortSignal;
}

/** What a promise brings, or the signal's reason if that comes first. */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise<T>((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) {
      // Nobody hears of it any more, also if it rejects.
      promise.catch(() => {});
      return abort();
    }
    mayBeAwaitedByMany(signal);
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

/** One signal for hundreds of messages is no leak of listeners, which Node would warn of: each is gone as soon as its message has settled. */
function mayBeAwaitedByMany(signal: AbortSignal): void {
  try {
    if (getMaxListeners(signal) === defaultMaxListeners) setMaxListeners(Number.POSITIVE_INFINITY, signal);
  } catch {
    // Node 20 cannot tell of a signal whose user has said 0, that is without limit.
  }
}
