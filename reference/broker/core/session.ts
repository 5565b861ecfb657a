// A session of the broker (section 4.1): what it knows of a client, whether connected or not.

import type { Will } from '../../codec/packet.ts';
import type { Qos } from '../../message.ts';
import { Receiver } from '../../session/receiver.ts';
import { Sender } from '../../session/sender.ts';
import type { SessionRules } from '../../session/session-rules.ts';
import type { Connection } from './connection.ts';

export interface SessionLimits {
  /** Messages to one client that may be unacknowledged at the same time. */
  readonly maxInFlight: number;
  /** QoS 1 and 2 messages that wait for one client; more are dropped. */
  readonly maxQueuedMessages: number;
}

export class Session {
  readonly clientId: string;
  readonly sender: Sender;
  readonly receiver: Receiver;
  /** Granted QoS by Topic Filter. */
  readonly subscriptions = new Map<string, Qos>();
  connection: Connection | undefined;
  /** The user who has it: under whose name its client was let in last; undefined: an anonymous client. */
  userName: string | undefined;
  /** The will of the connection before; the standard has no use for it (MQTT-3.1.2-12). */
  lastWill: Will | undefined;

  constructor(clientId: string, { rules, limits }: { rules: SessionRules; limits: SessionLimits }) {
    this.clientId = clientId;
    this.sender = new Sender({ rules, window: limits.maxInFlight, maxQueued: limits.maxQueuedMessages });
    this.receiver = new Receiver(rules);
  }
}
