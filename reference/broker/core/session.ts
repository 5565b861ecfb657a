// A session of the broker (section 4.1): what it knows of a client, whether connected or not.
import type { Will } from '../../codec/packet.ts';
import type { Qos } from '../../message.ts';
import { Receiver } from '../../session/receiver.ts';
import { Sender, type SenderOptions } from '../../session/sender.ts';
import type { Connection } from './connection.ts';

export interface SessionLimits {
  /** Messages to one client that may be unacknowledged at the same time. */
  readonly maxInFlight: number;
  /** QoS 1 and 2 messages that wait for one client; more are dropped. */
  readonly maxQueuedMessages: number;
  /** Bytes of payloads and Topic Names of QoS 1 and 2 that wait for one client or for its answer; beyond, more are dropped. */
  readonly maxQueuedBytes?: number;
}

const none: ReadonlyMap<string, Qos> = new Map();

export class Session {
  readonly clientId: string;
  readonly sender: Sender;
  readonly receiver: Receiver;
  #subscriptions: Map<string, Qos> | undefined;
  connection: Connection | undefined;
  /** The user who has it: under whose name its client was let in last; undefined: an anonymous client. */
  userName: string | undefined;
  /** The will of the connection before; the standard has no use for it (MQTT-3.1.2-12). */
  lastWill: Will | undefined;

  constructor(clientId: string, senderOptions: SenderOptions) {
    this.clientId = clientId;
    this.sender = new Sender(senderOptions);
    this.receiver = new Receiver(senderOptions.rules);
  }

  /** Granted QoS by Topic Filter. */
  get subscriptions(): ReadonlyMap<string, Qos> {
    return this.#subscriptions ?? none;
  }

  subscribe(topicFilter: string, granted: Qos): void {
    this.#subscriptions ??= new Map();
    this.#subscriptions.set(topicFilter, granted);
  }

  unsubscribe(topicFilter: string): void {
    this.#subscriptions?.delete(topicFilter);
  }

  unsubscribeAll(): void {
    this.#subscriptions = undefined;
  }
}
