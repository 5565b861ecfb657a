// The sender of QoS 1 and 2 (sections 4.3.2, 4.3.3, 4.4), for broker and client. In: messages and acknowledgements. Out, through a
// port: PUBLISH and PUBREL. Knows no packet, no socket, no clock.
import type { Message, PacketId } from '../message.ts';
import type { InFlight, SessionRules } from './session-rules.ts';

/** What the sender wants done on its connection. */
export interface SenderPort {
  publish(message: Message, sending: { readonly qos: 1 | 2; readonly packetId: PacketId; readonly dup: boolean }): void;
  pubrel(packetId: PacketId): void;
}

export interface SenderOptions {
  readonly rules: SessionRules;
  /** How many messages may be unacknowledged at the same time; there are 65,535 identifiers, so never more. */
  readonly window: number;
  /** How many messages may wait for a place in the window or for the client to return; more are dropped. */
  readonly maxQueued: number;
}

interface Queued {
  readonly message: Message;
  readonly qos: 1 | 2;
  readonly incomingDup: boolean;
}

/** Packet Identifiers that exist (section 2.3.1). */
const mostInFlight = 65_535;

export class Sender {
  readonly #options: SenderOptions;
  readonly #window: number;
  /** In the order of first sending: a Map keeps the place of a key whose value changes. */
  readonly #inFlight = new Map<PacketId, InFlight>();
  readonly #queue: Queued[] = [];
  #queueStart = 0;
  #port: SenderPort | undefined;
  #lastId: PacketId = 0;
  /** Identifiers that SUBSCRIBE and UNSUBSCRIBE hold: a client has one pool for all (MQTT-2.3.1-2). */
  #reserved: Set<PacketId> | undefined;

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#window = Math.min(options.window, mostInFlight);
  }

  /** Messages that are queued or in flight. */
  get size(): number {
    return this.#inFlight.size + this.#queued;
  }

  /** A connection is there: what is unacknowledged is sent again, then what is queued. */
  connect(port: SenderPort): void {
    this.#port = port;
    const { rules } = this.#options;
    for (const { packetId, message, qos, state } of rules.resends([...this.#inFlight.values()])) {
      const id = rules.idOfResend(packetId);
      if (state === 'awaiting-pubcomp') port.pubrel(id);
      else port.publish(message, { qos, packetId: id, dup: rules.dupOfResend() });
    }
    this.#fill();
  }

  disconnect(): void {
    this.#port = undefined;
  }

  /** Sends, or queues while the window is full or nobody is connected. False if the queue is full. */
  send(message: Message, { qos, incomingDup = false }: { qos: 1 | 2; incomingDup?: boolean }): boolean {
    const { maxQueued, rules } = this.#options;
    if (this.#port !== undefined && this.#queued === 0 && this.#inFlight.size < this.#window) {
      this.#first({ message, qos, incomingDup });
      return true;
    }
    if (this.#queued >= maxQueued) return false;
    this.#queue.splice(this.#queueStart + rules.queuePosition(this.#queued, qos), 0, { message, qos, incomingDup });
    return true;
  }

  /** Returns the message that is done; undefined where nothing waits for this PUBACK. */
  puback(packetId: PacketId): Message | undefined {
    return this.#done('puback', packetId);
  }

  pubrec(packetId: PacketId): void {
    const { rules } = this.#options;
    const entry = this.#inFlight.get(packetId);
    if (entry !== undefined && rules.acknowledges('pubrec', entry)) {
      this.#inFlight.set(packetId, { ...entry, state: 'awaiting-pubcomp' });
    }
    if (rules.answersPubrec(entry)) this.#port?.pubrel(packetId);
  }

  /** Returns the message that is done; undefined where nothing waits for this PUBCOMP. */
  pubcomp(packetId: PacketId): Message | undefined {
    return this.#done('pubcomp', packetId);
  }

  /** An identifier for a SUBSCRIBE or UNSUBSCRIBE, until it is released (MQTT-2.3.1-3). */
  reserveId(): PacketId {
    const packetId = this.#nextId();
    this.#reserved ??= new Set();
    this.#reserved.add(packetId);
    return packetId;
  }

  releaseId(packetId: PacketId): void {
    this.#reserved?.delete(packetId);
  }

  /** Takes out what is queued and in flight, in the order of sending. */
  takeAll(): { readonly inFlight: readonly InFlight[]; readonly queued: readonly Message[] } {
    const taken = {
      inFlight: [...this.#inFlight.values()],
      queued: this.#queue.slice(this.#queueStart).map(({ message }) => message),
    };
    this.clear({ inFlight: true });
    return taken;
  }

  /** Gives up what was not begun; for a faulty broker, and for a session that ends. */
  clear({ inFlight }: { inFlight: boolean }): void {
    this.#queue.length = 0;
    this.#queueStart = 0;
    if (inFlight) this.#inFlight.clear();
  }

  get #queued(): number {
    return this.#queue.length - this.#queueStart;
  }

  #fill(): void {
    while (this.#port !== undefined && this.#queued > 0 && this.#inFlight.size < this.#window) {
      this.#first(this.#take());
    }
  }

  #take(): Queued {
    const at = this.#options.rules.nextQueued(this.#queued);
    if (at > 0) return this.#queue.splice(this.#queueStart + at, 1)[0] as Queued;
    const first = this.#queue[this.#queueStart++] as Queued;
    // Shifting an array costs its length: the front is cut off now and then.
    if (this.#queueStart > 1_024 && this.#queueStart * 2 > this.#queue.length) {
      this.#queue.splice(0, this.#queueStart);
      this.#queueStart = 0;
    }
    return first;
  }

  #done(ack: 'puback' | 'pubcomp', packetId: PacketId): Message | undefined {
    const entry = this.#inFlight.get(packetId);
    if (!this.#options.rules.acknowledges(ack, entry)) return undefined;
    this.#inFlight.delete(packetId);
    this.#fill();
    return entry?.message;
  }

  #nextId(): PacketId {
    const inUse = (id: PacketId): boolean => this.#inFlight.has(id) || this.#reserved?.has(id) === true;
    const packetId = this.#options.rules.nextPacketId(this.#lastId, inUse);
    this.#lastId = packetId;
    return packetId;
  }

  #first({ message, qos, incomingDup }: Queued): void {
    const { rules } = this.#options;
    const packetId = this.#nextId();
    this.#inFlight.set(packetId, { packetId, message, qos, state: 'awaiting-ack' });
    this.#port?.publish(message, { qos, packetId, dup: rules.dupOfFirst(incomingDup) });
  }
}
