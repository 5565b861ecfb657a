// The sender of QoS 1 and 2 (sections 4.3.2, 4.3.3, 4.4), for broker and client. In: messages and acknowledgements. Out, through a
// port: PUBLISH and PUBREL. Knows no packet, no socket, no clock.
import type { Message, PacketId } from '../message.ts';
import { InFlightMessages } from './in-flight-messages.ts';
import type { KeptMessage, SenderJournal } from './journal.ts';
import type { InFlight, SessionRules } from './session-rules.ts';

/** What the sender wants done on its connection. */
export interface SenderPort {
  /** Whether its client takes nothing for now: what is not begun waits until `resume`. Left out: never. */
  readonly isFull?: boolean;
  publish(message: Message, sending: { readonly qos: 1 | 2; readonly packetId: PacketId; readonly dup: boolean }): void;
  pubrel(packetId: PacketId): void;
}

export interface SenderOptions {
  readonly rules: SessionRules;
  /** How many messages may be unacknowledged at the same time; there are 65,535 identifiers, so never more. */
  readonly window: number;
  /** How many messages may wait for a place in the window or for the client to return; more are dropped. */
  readonly maxQueued: number;
  /** Bytes of payloads and names, queued and in flight, beyond which nothing more is taken. Left out: no limit. */
  readonly maxBytes?: number;
}

interface Queued {
  readonly message: Message;
  readonly qos: 1 | 2;
  readonly incomingDup: boolean;
  /** Where the journal has it; 0: nowhere. */
  readonly place: number;
}

/** Stands where a message was, so that nobody holds it. */
const taken: Queued = {
  message: { topicName: '', payload: new Uint8Array(0), qos: 1, retain: false },
  qos: 1,
  incomingDup: false,
  place: 0,
};

/** Packet Identifiers that exist (section 2.3.1). */
const mostInFlight = 65_535;

/** An idle one holds nothing: what it needs is made at first use. */
export class Sender {
  readonly #options: SenderOptions;
  readonly #journal: SenderJournal | undefined;
  #inFlight: InFlightMessages | undefined;
  #queue: Queued[] | undefined;
  #queueStart = 0;
  #bytes = 0;
  #port: SenderPort | undefined;
  #lastId: PacketId = 0;
  /** Identifiers that SUBSCRIBE and UNSUBSCRIBE hold: a client has one pool for all (MQTT-2.3.1-2). */
  #reserved: Set<PacketId> | undefined;
  #inUse: ((packetId: PacketId) => boolean) | undefined;

  constructor(options: SenderOptions, journal?: SenderJournal) {
    this.#options = options;
    this.#journal = journal;
  }

  /** Goes on where a session was left: in the order of sending, ahead of any connection. */
  restore(messages: readonly KeptMessage[]): void {
    for (const { place, message, qos, packetId, isReleased } of messages) {
      this.#bytes += bytesOf(message);
      if (packetId === 0) {
        this.#queue ??= [];
        this.#queue.push({ message, qos, incomingDup: false, place });
        continue;
      }
      const state = isReleased ? 'awaiting-pubcomp' : 'awaiting-ack';
      this.#inFlight ??= new InFlightMessages();
      this.#inFlight.set({ packetId, message, qos, state, place });
      this.#lastId = packetId;
    }
  }

  /** Messages that are queued or in flight. */
  get size(): number {
    return this.#unacknowledged + this.queued;
  }

  /** Bytes of payloads and Topic Names that are queued or in flight. */
  get bytes(): number {
    return this.#bytes;
  }

  /** A connection is there: what is unacknowledged is sent again, then what is queued. */
  connect(port: SenderPort): void {
    this.#port = port;
    const { rules } = this.#options;
    for (const { packetId, message, qos, state } of this.#resends()) {
      const id = rules.idOfResend(packetId);
      if (state === 'awaiting-pubcomp') port.pubrel(id);
      else port.publish(message, { qos, packetId: id, dup: rules.dupOfResend() });
    }
    this.#fill();
  }

  disconnect(): void {
    this.#port = undefined;
  }

  /** The port is not full any more. */
  resume(): void {
    this.#fill();
  }

  /** Sends, or queues while the window is full or nobody is connected. False where there is no room. */
  send(message: Message, { qos, incomingDup = false }: { qos: 1 | 2; incomingDup?: boolean }): boolean {
    const { maxQueued, maxBytes = Number.POSITIVE_INFINITY, rules } = this.#options;
    if (this.#bytes > maxBytes) return false;
    if (this.queued === 0 && this.#mayBegin) {
      this.#bytes += bytesOf(message);
      this.#first(message, qos, incomingDup, 0);
      return true;
    }
    if (this.queued >= maxQueued) return false;
    this.#bytes += bytesOf(message);
    this.#queue ??= [];
    const at = rules.queuePosition(this.queued, qos);
    const place = this.#journal?.kept(message, qos, 0) ?? 0;
    if (at === this.queued) this.#queue.push({ message, qos, incomingDup, place });
    else this.#queue.splice(this.#queueStart + at, 0, { message, qos, incomingDup, place });
    return true;
  }

  /** Returns the message that is done; undefined where nothing waits for this PUBACK. */
  puback(packetId: PacketId): Message | undefined {
    return this.#done('puback', this.#options.rules.meant(packetId, this.#inFlight));
  }

  pubrec(acknowledged: PacketId): void {
    const { rules } = this.#options;
    const packetId = rules.meant(acknowledged, this.#inFlight);
    const entry = this.#inFlight?.get(packetId);
    if (entry !== undefined && rules.acknowledges('pubrec', entry)) {
      this.#inFlight?.set({ ...entry, state: 'awaiting-pubcomp' });
      this.#journal?.released(entry.place, packetId);
    }
    if (rules.answersPubrec(entry)) this.#port?.pubrel(packetId);
  }

  /** Returns the message that is done; undefined where nothing waits for this PUBCOMP. */
  pubcomp(packetId: PacketId): Message | undefined {
    return this.#done('pubcomp', this.#options.rules.meant(packetId, this.#inFlight));
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
      inFlight: this.#inFlight?.values() ?? [],
      queued: (this.#queue ?? []).slice(this.#queueStart).map(({ message }) => message),
    };
    this.clear({ inFlight: true });
    return taken;
  }

  /** Gives up what was not begun; for a faulty broker, and for a session that ends. */
  clear({ inFlight }: { inFlight: boolean }): void {
    if (this.#journal !== undefined) this.#letGo(this.#journal, inFlight);
    this.#queue = undefined;
    this.#queueStart = 0;
    if (inFlight) this.#inFlight = undefined;
    this.#bytes = 0;
    for (const { message } of this.#inFlight?.values() ?? []) this.#bytes += bytesOf(message);
  }

  /** Gives up what is queued, or also what awaits PUBACK or PUBREC, where it shall not be sent any more. Returns how much. */
  giveUp(shallNot: (message: Message) => boolean, { inFlight }: { readonly inFlight: boolean }): number {
    const [before, queue] = [this.size, this.#queue?.slice(this.#queueStart) ?? []];
    const goes = ({ message, place }: Pick<Queued, 'message' | 'place'>): boolean => {
      if (!shallNot(message)) return false;
      this.#bytes -= bytesOf(message);
      this.#journal?.done(place, message);
      return true;
    };
    this.#queue = queue.filter((queued) => !goes(queued));
    this.#queueStart = 0;
    for (const entry of inFlight ? (this.#inFlight?.values() ?? []) : [])
      if (entry.state === 'awaiting-ack' && goes(entry)) this.#inFlight?.delete(entry.packetId);
    return before - this.size;
  }

  #letGo(journal: SenderJournal, inFlight: boolean): void {
    for (const { place, message } of this.#queue?.slice(this.#queueStart) ?? []) journal.done(place, message);
    if (!inFlight) return;
    for (const { place, message } of this.#inFlight?.values() ?? []) journal.done(place, message);
  }

  /** Whether there is room for a message more. */
  get hasRoom(): boolean {
    const { maxQueued, maxBytes = Number.POSITIVE_INFINITY } = this.#options;
    return (this.queued === 0 || this.queued < maxQueued) && this.#bytes <= maxBytes;
  }

  /** Messages that wait for a place in the window, or for a connection that takes something. */
  get queued(): number {
    return this.#queue === undefined ? 0 : this.#queue.length - this.#queueStart;
  }

  get #unacknowledged(): number {
    return this.#inFlight === undefined ? 0 : this.#inFlight.size;
  }

  /** Whether a first sending may be begun now. */
  get #mayBegin(): boolean {
    const port = this.#port;
    if (port === undefined || port.isFull === true) return false;
    return this.#unacknowledged < Math.min(this.#options.window, mostInFlight);
  }

  #resends(): readonly InFlight[] {
    return this.#inFlight === undefined ? [] : this.#options.rules.resends(this.#inFlight.values());
  }

  #fill(): void {
    while (this.queued > 0 && this.#mayBegin) {
      const { message, qos, incomingDup, place } = this.#take(this.#queue as Queued[]);
      this.#first(message, qos, incomingDup, place);
    }
  }

  #take(queue: Queued[]): Queued {
    const at = this.#options.rules.nextQueued(this.queued);
    if (at > 0) return queue.splice(this.#queueStart + at, 1)[0] as Queued;
    const first = queue[this.#queueStart] as Queued;
    queue[this.#queueStart++] = taken;
    if (this.#queueStart === queue.length) {
      queue.length = 0;
      this.#queueStart = 0;
    }
    // Shifting an array costs its length: the front is cut off now and then.
    else if (this.#queueStart > 1_024 && this.#queueStart * 2 > queue.length) {
      queue.splice(0, this.#queueStart);
      this.#queueStart = 0;
    }
    return first;
  }

  #done(ack: 'puback' | 'pubcomp', packetId: PacketId): Message | undefined {
    const entry = this.#inFlight?.get(packetId);
    if (!this.#options.rules.acknowledges(ack, entry)) return undefined;
    this.#inFlight?.delete(packetId);
    if (entry !== undefined) {
      this.#bytes -= bytesOf(entry.message);
      this.#journal?.done(entry.place, entry.message);
    }
    if (this.queued > 0) this.#fill();
    return entry?.message;
  }

  #nextId(): PacketId {
    this.#inUse ??= (id) => this.#inFlight?.has(id) === true || this.#reserved?.has(id) === true;
    const packetId = this.#options.rules.nextPacketId(this.#lastId, this.#inUse);
    this.#lastId = packetId;
    return packetId;
  }

  #first(message: Message, qos: 1 | 2, incomingDup: boolean, queuedAt: number): void {
    const { rules } = this.#options;
    const packetId = this.#nextId();
    this.#inFlight ??= new InFlightMessages();
    const place = queuedAt === 0 && this.#journal !== undefined ? this.#journal.kept(message, qos, packetId) : queuedAt;
    if (queuedAt !== 0) this.#journal?.sent(queuedAt, packetId);
    this.#inFlight.set({ packetId, message, qos, state: 'awaiting-ack', place });
    this.#port?.publish(message, { qos, packetId, dup: rules.dupOfFirst(incomingDup) });
  }
}

const bytesOf = ({ topicName, payload }: Message): number => topicName.length + payload.length;
