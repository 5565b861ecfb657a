// Subscriptions of the program that embeds the broker. In: what the broker takes over. Out: calls with messages.
import type { Message } from '../../message.ts';
import { SubscriptionTree } from '../../topics/subscription-tree.ts';
import { topicFilterProblem } from '../../topics/validate.ts';
import { callSafely } from './event-hub.ts';

export type MessageListener = (message: Message) => void;

export class LocalSubscribers {
  readonly #listeners = new SubscriptionTree<MessageListener, MessageListener>();

  get size(): number {
    return this.#listeners.size;
  }

  /** Throws TypeError where the filter is no Topic Filter. */
  add(topicFilter: string, listener: MessageListener): Disposable {
    const problem = topicFilterProblem(topicFilter);
    if (problem !== undefined)
      throw new TypeError(
        `cannot subscribe: expected ${problem.expected}, got ${problem.actual} (${problem.statement})`,
      );
    // A function of its own: the same listener may subscribe twice.
    const key = (message: Message): void => callSafely(listener, message);
    this.#listeners.add(topicFilter, key, key);
    return { [Symbol.dispose]: () => void this.#listeners.remove(topicFilter, key) };
  }

  /** A live message: RETAIN is 0 (MQTT-3.3.1-9). */
  deliver(message: Message): void {
    let copy: Message | undefined;
    this.#listeners.match(message.topicName, (listener) => {
      copy ??= { ...message, retain: false, payload: new Uint8Array(message.payload) };
      listener(copy);
    });
  }
}
