// Messages on their way out (sections 4.3 and 4.4), over all connections. In: what the application publishes, and acknowledgements. Out,
// through a port: PUBLISH and PUBREL, and word to who waits. Made at first use: QoS 0 on an open connection needs none.
import { publishByte } from '../../codec/publish-writer.ts';
import type { Message, PacketId } from '../../message.ts';
import type { KeptMessage } from '../../session/journal.ts';
import { Sender, type SenderPort } from '../../session/sender.ts';
import { defaultSessionRules } from '../../session/session-rules.ts';
import { ClientEnded, type Disconnected, FateUnknown, QueueFull } from './errors.ts';
import { topicBytes } from './known-topics.ts';
import { OutgoingMessage } from './outgoing-message.ts';
import type { SessionJournal } from './session-journal.ts';

/** Where packets go; what is sent without a connection is nobody's. */
export interface OutboxPort {
  readonly isConnected: boolean;
  readonly isEnded: boolean;
  sendPublish(firstByte: number, topic: Uint8Array, packetId: PacketId, payload: Uint8Array): void;
  pubrel(packetId: PacketId): void;
}

export interface OutboxOptions {
  readonly maxInFlight: number;
  readonly maxQueuedMessages: number;
  readonly journal: SessionJournal | undefined;
  /** The session ends with its connection (section 3.1.2.4). */
  readonly cleanSession: boolean;
}

export class Outbox implements SenderPort {
  readonly #port: OutboxPort;
  readonly #options: OutboxOptions;
  /** What the two ends owe each other (MQTT-4.1.0-1): it outlives each connection (MQTT-4.1.0-2, MQTT-3.1.2-4). */
  readonly #sender: Sender;
  /** QoS 0 messages of the time without a connection. */
  #offline: OutgoingMessage[] = [];
  #idle: (() => void)[] = [];

  constructor(port: OutboxPort, options: OutboxOptions) {
    this.#port = port;
    this.#options = options;
    const { maxInFlight, maxQueuedMessages, journal } = options;
    const limits = { window: maxInFlight, maxQueued: maxQueuedMessages };
    this.#sender = new Sender({ rules: defaultSessionRules, ...limits }, journal);
    if (port.isConnected) this.#sender.connect(this);
  }

  /** Messages that wait for a connection or for their acknowledgement. */
  get size(): number {
    return this.#sender.size + this.#offline.length;
  }

  /** Goes on with what an earlier process has left. */
  restore(messages: readonly KeptMessage[]): void {
    this.#sender.restore(messages);
  }

  /** QoS 0 without a connection: keeps the message until there is one. Throws QueueFull, ClientEnded. */
  later(message: OutgoingMessage): void {
    if (this.#port.isEnded) throw new ClientEnded();
    if (this.#isFull) throw new QueueFull(this.#options.maxQueuedMessages);
    this.#offline.push(message);
  }

  /** QoS 1 and 2. Throws QueueFull, ClientEnded. */
  surely(message: OutgoingMessage, qos: 1 | 2): void {
    if (this.#port.isEnded) throw new ClientEnded();
    if ((this.#offline.length > 0 && this.#isFull) || !this.#sender.send(message, { qos }))
      throw new QueueFull(this.#options.maxQueuedMessages);
  }

  /** One limit for all that waits, whatever its QoS. */
  get #isFull(): boolean {
    return this.#sender.queued + this.#offline.length >= this.#options.maxQueuedMessages;
  }

  /** An identifier for a SUBSCRIBE or UNSUBSCRIBE: all come from one pool (MQTT-2.3.1-2). */
  reserveId(): PacketId {
    return this.#sender.reserveId();
  }

  releaseId(packetId: PacketId): void {
    this.#sender.releaseId(packetId);
  }

  /** Calls once nothing waits any more. */
  whenIdle(call: () => void): void {
    this.#idle.push(call);
    this.#lookIdle();
  }

  /** CONNACK came: what is unacknowledged goes first, in the order of first sending (MQTT-4.4.0-1, MQTT-4.6.0-1), then what was queued. */
  connected(sessionPresent: boolean): void {
    const anew = !sessionPresent && this.#options.cleanSession ? this.#takeAnew() : [];
    this.#sender.connect(this);
    // Not before: what was in flight has its place there again, beside as many as may wait.
    for (const message of anew) if (message.qos !== 0) this.#sender.send(message, { qos: message.qos });
  }

  /** QoS 0 of the time without a connection goes out behind everything else. */
  sendOffline(): void {
    const offline = this.#offline;
    this.#offline = [];
    for (const message of offline) {
      this.#port.sendPublish(message.retain ? 0x31 : 0x30, topicBytes(message.topicName), 0, message.payload);
      message.done();
    }
    this.#lookIdle();
  }

  disconnected(): void {
    this.#sender.disconnect();
  }

  puback(packetId: PacketId): void {
    this.#done(this.#sender.puback(packetId));
  }

  /** MQTT-4.6.0-4: answered at once, so in the order of the PUBRECs. */
  pubrec(packetId: PacketId): void {
    this.#sender.pubrec(packetId);
  }

  pubcomp(packetId: PacketId): void {
    this.#done(this.#sender.pubcomp(packetId));
  }

  /** Nothing is sent any more. */
  end(reason: Disconnected): void {
    const { inFlight, queued } = this.#sender.takeAll();
    const waiting = [...inFlight.map((one) => one.message), ...queued, ...this.#offline];
    this.#offline = [];
    if (waiting.length > 0) {
      const error = new ClientEnded({ cause: reason });
      for (const message of waiting) if (message instanceof OutgoingMessage) message.failed(error);
    }
    this.#lookIdle();
  }

  // What the session wants sent.

  publish(message: Message, { qos, packetId, dup }: { qos: 1 | 2; packetId: PacketId; dup: boolean }): void {
    const { topicName, payload, retain } = message;
    this.#port.sendPublish(publishByte({ qos, dup, retain }), topicBytes(topicName), packetId, payload);
  }

  pubrel(packetId: PacketId): void {
    this.#port.pubrel(packetId);
  }

  #done(message: Message | undefined): void {
    if (message instanceof OutgoingMessage) message.done();
    if (this.#idle.length > 0) this.#lookIdle();
  }

  #lookIdle(): void {
    if (this.size > 0) return;
    const idle = this.#idle;
    this.#idle = [];
    for (const call of idle) call();
  }

  /** The server knows nothing of an earlier session (MAY-3.2.2.2-a): neither may we (MQTT-3.1.2-6), but what it promised nobody is still to be sent. */
  #takeAnew(): readonly Message[] {
    const { inFlight, queued } = this.#sender.takeAll();
    const again: Message[] = [];
    for (const { message, qos } of inFlight) {
      // At least once: as a new message of the new session. Exactly once can't be kept over the end of a session.
      if (qos === 1) again.push(message);
      else if (message instanceof OutgoingMessage) message.failed(new FateUnknown());
    }
    return [...again, ...queued];
  }
}
