// What the application wants of topics, and what the server has been asked of it (sections 3.8 to 3.11), over all connections. In: wishes,
// SUBACK and UNSUBACK. Out, through a port: SUBSCRIBE and UNSUBSCRIBE. Made at first use: who only publishes has none.
import type { Suback, SubackReturnCode, Unsuback } from '../../codec/packet.ts';
import type { Qos } from '../../message.ts';
import type { Filters, Subscribing, Waiting } from './client-port.ts';
import { ClientEnded, QueueFull, SubscribeRefused } from './errors.ts';
import { type RequestPort, Requests } from './requests.ts';
import { Subscriptions, type Taker } from './subscriptions.ts';

const mapFilters = <T>([first, ...rest]: Filters, each: (topicFilter: string) => T): readonly [T, ...T[]] => [
  each(first),
  ...rest.map(each),
];

/** SUBSCRIBEs of a resumed client carry at most so many filters each. */
const filtersAtOnce = 500;

export interface TopicPort extends RequestPort {
  readonly isConnected: boolean;
  readonly isEnded: boolean;
  /** Of what had been granted before the connection was lost. */
  refused(error: SubscribeRefused): void;
}

export interface TopicOptions {
  /** SUBSCRIBEs and UNSUBSCRIBEs that may wait for a connection. */
  readonly maxQueuedRequests: number;
}

export class TopicInterest {
  readonly subscriptions = new Subscriptions();
  readonly #port: TopicPort;
  readonly #maxQueuedRequests: number;
  readonly #requests: Requests;

  constructor(port: TopicPort, { maxQueuedRequests }: TopicOptions) {
    this.#port = port;
    this.#maxQueuedRequests = maxQueuedRequests;
    this.#requests = new Requests(port);
    if (port.isConnected) this.#requests.connected();
  }

  /** Messages are taken from now on: retained ones may overtake SUBACK (section 3.8.4). Throws QueueFull, ClientEnded. */
  subscribe(topicFilters: Filters, qos: Qos, { taker, answered, failed }: Subscribing): void {
    this.#checkRoom();
    const subscriptions = mapFilters(topicFilters, (topicFilter) => {
      this.subscriptions.add(topicFilter, taker, qos);
      return { topicFilter, qos: this.subscriptions.qosOf(topicFilter) };
    });
    this.#requests.ask({
      type: 'subscribe',
      subscriptions,
      answered: (returnCodes) => {
        answered(returnCodes);
        // MQTT-3.8.4-3: what others had before is replaced by it.
        if (topicFilters.some((topicFilter) => this.subscriptions.isShared(topicFilter)))
          this.#tellGrants(topicFilters, returnCodes);
      },
      failed,
    });
  }

  /**
   * Ends what a taker wants; the server is asked to end those filters that nobody else wants. Has no limit: what ends is never more than
   * what was subscribed to.
   */
  unsubscribe(topicFilters: readonly string[], taker: Taker, waiting: Waiting): void {
    const [first, ...rest] = topicFilters.filter((topicFilter) => this.subscriptions.remove(topicFilter, taker));
    if (first === undefined || this.#port.isEnded) waiting.done();
    else this.#askToEnd([first, ...rest], waiting);
  }

  /** Ends what anybody wants of some filters; the server is asked in any case. Throws QueueFull, ClientEnded. */
  unsubscribeAll(topicFilters: Filters, waiting: Waiting): void {
    this.#checkRoom();
    for (const topicFilter of topicFilters) this.#over(topicFilter);
    this.#askToEnd(topicFilters, waiting);
  }

  /** A string says what about it violates the protocol. */
  answered(packet: Suback | Unsuback): string | undefined {
    const { type, packetId } = packet;
    if (type === 'unsuback')
      return this.#requests.unsuback(packetId)
        ? undefined
        : `UNSUBACK ${packetId} answers no UNSUBSCRIBE (MQTT-3.10.4-4)`;
    const { returnCodes } = packet;
    if (this.#requests.suback(packetId, returnCodes)) return undefined;
    return `SUBACK ${packetId} with ${returnCodes.length} return codes answers no SUBSCRIBE (MQTT-3.8.4-2, MQTT-3.8.4-5)`;
  }

  /** CONNACK came. `isForgotten`: by a server that knows nothing of what was subscribed to before. */
  connected({ isForgotten }: { readonly isForgotten: boolean }): void {
    if (isForgotten) this.#subscribeAgain();
    this.#requests.connected();
  }

  disconnected(): void {
    this.#requests.disconnected();
  }

  /** Nothing comes any more; `problem`: what went wrong, if anything did. */
  end(reason: Error, problem: Error | undefined): void {
    this.#requests.fail(() => new ClientEnded({ cause: reason }));
    for (const { topicFilter } of this.subscriptions.wanted()) {
      for (const taker of this.subscriptions.takersOf(topicFilter)) taker.ended?.(topicFilter, problem);
    }
  }

  #checkRoom(): void {
    if (this.#port.isEnded) throw new ClientEnded();
    if (this.#requests.isFull(this.#maxQueuedRequests)) throw new QueueFull(this.#maxQueuedRequests, 'requests');
  }

  #askToEnd(topicFilters: Filters, waiting: Waiting): void {
    this.#requests.ask({
      type: 'unsubscribe',
      topicFilters,
      answered: () => waiting.done(),
      failed: (error) => waiting.failed(error),
    });
  }

  #over(topicFilter: string, error?: Error): void {
    for (const taker of this.subscriptions.takersOf(topicFilter)) {
      this.subscriptions.remove(topicFilter, taker);
      taker.ended?.(topicFilter, error);
    }
  }

  #subscribeAgain(): void {
    // Who asks already needs nobody else to ask; who shares the filter learns nothing of that answer.
    const isToBeAsked = (topicFilter: string): boolean =>
      this.subscriptions.isShared(topicFilter) || !this.#requests.asksFor(topicFilter);
    const wanted = this.subscriptions.wanted().filter(({ topicFilter }) => isToBeAsked(topicFilter));
    for (let at = 0; at < wanted.length; at += filtersAtOnce) {
      const [first, ...rest] = wanted.slice(at, at + filtersAtOnce);
      if (first === undefined) return;
      const subscriptions = [first, ...rest] as const;
      const topicFilters = subscriptions.map(({ topicFilter }) => topicFilter);
      const answered = (returnCodes: readonly SubackReturnCode[]): void => {
        this.#tellGrants(topicFilters, returnCodes);
        this.#tellRefusals(topicFilters, returnCodes);
      };
      this.#requests.ask({ type: 'subscribe', subscriptions, answered, failed: () => {} });
    }
  }

  #tellGrants(topicFilters: readonly string[], returnCodes: readonly SubackReturnCode[]): void {
    const grants = new Map<string, Qos>();
    const takers = new Set<Taker>();
    topicFilters.forEach((topicFilter, i) => {
      const qos = returnCodes[i];
      if (qos === undefined || qos === 0x80) return;
      grants.set(topicFilter, qos);
      for (const taker of this.subscriptions.takersOf(topicFilter)) takers.add(taker);
    });
    for (const taker of takers) taker.regranted?.(grants);
  }

  #tellRefusals(topicFilters: readonly string[], returnCodes: readonly SubackReturnCode[]): void {
    if (!returnCodes.includes(0x80)) return;
    topicFilters.forEach((topicFilter, i) => {
      if (returnCodes[i] === 0x80) this.#over(topicFilter, new SubscribeRefused([topicFilter], [0x80]));
    });
    this.#port.refused(new SubscribeRefused(topicFilters, returnCodes));
  }
}
