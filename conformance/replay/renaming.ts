// Puts a captured client's packets into the namespace of a run: topics below a prefix, client ids of the run, credentials of the target.
// Lengths follow, since packets are encoded anew.
import type { Connect, Packet } from '../../reference/codec/packet.ts';

/** Seconds. */
const leastKeepAlive = 60;

export interface Namespace {
  /** Topics are put below it; it has no wildcard and no slash at its end. */
  readonly prefix: string;
  readonly newClientId: () => string;
  readonly credentials: { readonly userName?: string | undefined; readonly password?: Uint8Array | undefined };
}

export class Renaming {
  readonly #namespace: Namespace;
  readonly #clientIds = new Map<string, string>();

  constructor(namespace: Namespace) {
    this.#namespace = namespace;
  }

  /** Works for Topic Names and for Topic Filters: no wildcard of a filter reaches above the prefix. */
  topic(captured: string): string {
    return `${this.#namespace.prefix}/${captured}`;
  }

  /** The client's packet as it is sent; `wrongPassword` where the capture shows a refusal. */
  packet(captured: Packet, { wrongPassword = false } = {}): Packet {
    switch (captured.type) {
      case 'connect':
        return this.#connect(captured, wrongPassword);
      case 'publish':
        return { ...captured, topicName: this.topic(captured.topicName) };
      case 'subscribe': {
        const [first, ...others] = captured.subscriptions;
        const renamed = ({ topicFilter, qos }: typeof first): typeof first => ({
          topicFilter: this.topic(topicFilter),
          qos,
        });
        return { ...captured, subscriptions: [renamed(first), ...others.map(renamed)] };
      }
      case 'unsubscribe': {
        const [first, ...others] = captured.topicFilters;
        return { ...captured, topicFilters: [this.topic(first), ...others.map((one) => this.topic(one))] };
      }
      default:
        return captured;
    }
  }

  #connect({ will, userName, password, ...captured }: Connect, wrongPassword: boolean): Connect {
    const common = {
      ...captured,
      // Times are not replayed: nobody shall be cut off because the machine is busy.
      keepAlive: Math.max(captured.keepAlive, leastKeepAlive),
      clientId: this.#clientId(captured.clientId),
      ...(will === undefined ? {} : { will: { ...will, topicName: this.topic(will.topicName) } }),
    };
    const own = this.#namespace.credentials;
    if (wrongPassword && userName === undefined) return common;
    if (own.userName === undefined) return common;
    if (wrongPassword) return { ...common, userName: own.userName, password: password ?? new Uint8Array(0) };
    return { ...common, userName: own.userName, ...(own.password === undefined ? {} : { password: own.password }) };
  }

  #clientId(captured: string): string {
    if (captured === '') return '';
    const known = this.#clientIds.get(captured) ?? this.#namespace.newClientId();
    this.#clientIds.set(captured, known);
    return known;
  }
}
