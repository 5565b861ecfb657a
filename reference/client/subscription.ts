import type { Qos } from '../message.ts';
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

/** Messages of one or more Topic Filters: for a callback, or to be iterated over. */
export class Subscription implements Taker, AsyncIterable<ReceivedMessage>, AsyncDisposable {
  readonly #onMessage: ((message: ReceivedMessage) => void) | undefined;
  readonly #queue: MessageQueue | undefined;
  readonly #unsubscribe: () => Promise<void>;
  #grants: readonly Grant[] = [];

  constructor({ onMessage, valve, limits, unsubscribe }: SubscriptionParts) {
    this.#onMessage = onMessage;
    this.#queue = onMessage === undefined ? new MessageQueue(valve, limits) : undefined;
    this.#unsubscribe = unsubscribe;
  }

  /** What the server granted, in the order of the Topic Filters. */
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

  /** Ends the subscription; resolves at UNSUBACK. Iterations end behind the messages that have come. */
  unsubscribe(): Promise<void> {
    this.end();
    return this.#unsubscribe();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.unsubscribe();
  }

  /** Each message goes to one iteration. Leaving the loop ends the subscription, without waiting for UNSUBACK. Throws TypeError beside a callback. */
  [Symbol.asyncIterator](): AsyncIterator<ReceivedMessage, undefined> {
    const queue = this.#queue;
    if (queue === undefined) throw new TypeError('the messages go to onMessage: leave it out to iterate over them');
    return {
      next: () => queue.next(),
      return: () => {
        this.unsubscribe().catch(() => {}); // the connection is gone, and with it what was to be ended
        queue.clear();
        return Promise.resolve({ value: undefined, done: true });
      },
    };
  }

  /** Called by the client alone. */
  take(message: ReceivedMessage): void {
    if (this.#onMessage === undefined) this.#queue?.push(message);
    else handOver(message, this.#onMessage);
  }

  /** Called by the client alone. */
  granted(grants: readonly Grant[]): void {
    this.#grants = grants;
  }

  /** Called by the client alone. */
  ended(topicFilter: string, error?: Error): void {
    this.#grants = this.#grants.filter((grant) => grant.topicFilter !== topicFilter);
    if (error !== undefined || this.#grants.length === 0) this.#queue?.end(error);
  }

  /** Called by the client alone: no message comes any more. */
  end(error?: Error): void {
    this.#queue?.end(error);
  }
}
