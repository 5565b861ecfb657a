import type { Qos } from '../message.ts';
import { unlessAborted, type WaitOptions } from './abort.ts';
import type { ReceivedMessage } from './core/received-message.ts';
import type { Taker } from './core/subscriptions.ts';
import { handOver } from './hand-over.ts';
import { MessageQueue, type QueueLimits, type Valve } from './message-queue.ts';

/** A Topic Filter, and the QoS at which the server grants it. */
export interface Grant {
  readonly topicFilter: string;
  readonly qos: Qos;
}

export interface SubscriptionParts {
  readonly onMessage: ((message: ReceivedMessage) => void) | undefined;
  readonly valve: Valve;
  readonly limits: QueueLimits;
  readonly unsubscribe: () => Promise<void>;
}

const noOptions = {};

/** Messages of one or more Topic Filters: for a callback, or to be iterated over. */
export class Subscription implements Taker, AsyncIterable<ReceivedMessage>, AsyncDisposable {
  readonly #onMessage: ((message: ReceivedMessage) => void) | undefined;
  readonly #queue: MessageQueue | undefined;
  readonly #unsubscribe: () => Promise<void>;
  #grants: readonly Grant[] = [];
  /** Until SUBACK: filters that somebody has ended meanwhile. */
  #endedEarly: string[] | undefined = [];
  /** Who has taken the word of its own end takes no message more. */
  #isOver = false;

  constructor({ onMessage, valve, limits, unsubscribe }: SubscriptionParts) {
    this.#onMessage = onMessage;
    this.#queue = onMessage === undefined ? new MessageQueue(valve, limits) : undefined;
    this.#unsubscribe = unsubscribe;
  }

  /** What the server grants now, in the order of the Topic Filters. */
  get grants(): readonly Grant[] {
    return this.#grants;
  }

  /** QoS granted for the first Topic Filter. */
  get qos(): Qos {
    return this.#grants[0]?.qos ?? 0;
  }

  /** Messages that came and were not read yet. */
  get queuedMessages(): number {
    return this.#queue?.length ?? 0;
  }

  /** Ends the subscription; resolves at UNSUBACK. Iterations end behind the messages that have come. Rejects with ClientEnded, or the signal's reason. */
  async unsubscribe({ signal }: WaitOptions = noOptions): Promise<void> {
    signal?.throwIfAborted();
    this.end();
    await unlessAborted(this.#unsubscribe(), signal);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.unsubscribe();
  }

  /**
   * Iterates over the messages; each goes to one iteration. Leaving the loop ends the subscription, without waiting for UNSUBACK, and drops
   * what was not read. So does the signal, whose reason the loop then throws. Throws TypeError beside a callback.
   */
  messages({ signal }: WaitOptions = noOptions): AsyncIterableIterator<ReceivedMessage, undefined> {
    const queue = this.#queue;
    if (queue === undefined) throw new TypeError('the messages go to onMessage: leave it out to iterate over them');
    const abort = (): void => this.#leave(queue, signal?.reason);
    const forget = (): void => signal?.removeEventListener('abort', abort);
    if (signal?.aborted === true) abort();
    else signal?.addEventListener('abort', abort, { once: true });
    const iterator: AsyncIterableIterator<ReceivedMessage, undefined> = {
      next:
        signal === undefined
          ? () => queue.next()
          : () =>
              queue.next().then(
                (result) => {
                  if (result.done === true) forget();
                  return result;
                },
                (error) => {
                  forget();
                  throw error;
                },
              ),
      return: () => {
        forget();
        this.#leave(queue);
        return Promise.resolve({ value: undefined, done: true });
      },
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }

  /** As `messages` without a signal. */
  [Symbol.asyncIterator](): AsyncIterator<ReceivedMessage, undefined> {
    return this.messages();
  }

  #leave(queue: MessageQueue, reason?: unknown): void {
    queue.end(reason);
    queue.clear();
    this.unsubscribe().catch(() => {}); // the connection is gone, and with it what was to be ended
  }

  /** Called by the client alone. */
  take(message: ReceivedMessage): void {
    if (this.#isOver) return;
    if (this.#onMessage === undefined) this.#queue?.push(message);
    else handOver(message, this.#onMessage);
  }

  /** Called by the client alone. */
  granted(grants: readonly Grant[]): void {
    const early = this.#endedEarly ?? [];
    this.#endedEarly = undefined;
    this.#grants = grants.filter(({ topicFilter }) => !early.includes(topicFilter));
    if (this.#grants.length === 0) this.end();
    this.#queue?.readable();
  }

  /** Called by the client alone. */
  regranted(grants: ReadonlyMap<string, Qos>): void {
    this.#grants = this.#grants.map((grant) => {
      const qos = grants.get(grant.topicFilter);
      return qos === undefined || qos === grant.qos ? grant : { ...grant, qos };
    });
  }

  /** Called by the client alone. */
  ended(topicFilter: string, error?: Error): void {
    if (this.#endedEarly !== undefined && error === undefined) return void this.#endedEarly.push(topicFilter);
    this.#grants = this.#grants.filter((grant) => grant.topicFilter !== topicFilter);
    if (this.#queue === undefined || (error === undefined && this.#grants.length > 0)) return;
    this.#queue.end(error);
    // The loop has one end for all of its filters: nobody reads what the others would bring.
    this.#unsubscribe().catch(() => {}); // the client is gone, and with it what was to be ended
  }

  /** Called by the client alone: no message comes any more. */
  end(error?: Error): void {
    this.#isOver = true;
    this.#queue?.end(error);
  }
}
