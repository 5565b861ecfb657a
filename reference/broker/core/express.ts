// The short way of PUBLISH, acknowledgements, SUBSCRIBE and PINGREQ through a broker whose rules are the standard's: read where they lie
// in the chunk, without a packet in between. In: whole chunks. Out: calls of the session and the router. Whatever is unusual or wrong goes
// the long way, which knows what to say about it.
import type { Message, PacketId } from '../../message.ts';
import type { Access } from './access.ts';
import type { BrokerCore } from './broker-core.ts';
import type { Connection } from './connection.ts';
import type { Counters } from './counters.ts';
import type { BrokerEvents } from './events.ts';
import { ExpressSubscribe } from './express-subscribe.ts';
import type { Lending } from './lending.ts';
import type { Router } from './router.ts';
import type { Session } from './session.ts';
import { hasMoreLevels } from './topic-levels.ts';
import { isSame, type Topic, TopicMemory } from './topic-memory.ts';

/** First bytes (sections 2.2 and 3.3.1). PUBLISH without RETAIN; with DUP at QoS 1 and 2. */
const publish0 = 0x30;
const publish1 = 0x32;
const publish2 = 0x34;
const dupFlag = 0x08;
const puback = 0x40;
const pubrec = 0x50;
const pubrel = 0x62;
const pubcomp = 0x70;
const subscribe = 0x82;
const pingreq = 0xc0;
const pingresp = Uint8Array.of(0xd0, 0);

/** Packets that follow each other in one chunk, all PUBLISH at QoS 0 to one topic: passed on as they are. */
interface Run {
  topic: Topic | undefined;
  from: number;
  to: number;
  packets: number;
}

export class Express {
  readonly #router: Router;
  readonly #access: Access;
  readonly #counters: Counters;
  readonly #events: BrokerEvents;
  readonly #lending: Lending;
  readonly #maxPacketBytes: number;
  readonly #maxBufferedBytes: number;
  readonly #maxTopicLevels: number;
  readonly #subscribe: ExpressSubscribe;
  readonly #topics = new TopicMemory();
  readonly #run: Run = { topic: undefined, from: 0, to: 0, packets: 0 };

  constructor(core: BrokerCore) {
    const { router, access, counters, events, limits, lending } = core;
    this.#subscribe = new ExpressSubscribe(core);
    this.#lending = lending;
    this.#router = router;
    this.#access = access;
    this.#counters = counters;
    this.#events = events;
    this.#maxPacketBytes = limits.maxPacketBytes;
    this.#maxBufferedBytes = limits.maxBufferedBytes;
    this.#maxTopicLevels = limits.maxTopicLevels;
  }

  /** Reads the whole packets of a chunk; returns where an unfinished one begins, or one that is too large or has no end. */
  read(connection: Connection, session: Session, chunk: Uint8Array, from: number): number {
    const run = this.#run;
    let at = from;
    while (at + 1 < chunk.length) {
      const first = chunk[at] as number;
      let bodyAt = at + 2;
      let remaining = chunk[at + 1] as number;
      if (remaining > 127) {
        const header = longHeader(chunk, at);
        if (header < 0) break;
        bodyAt = at + header;
        remaining = longLength(chunk, at, bodyAt);
      }
      const end = bodyAt + remaining;
      if (end > chunk.length || end - at > this.#maxPacketBytes) break;
      // A Remaining Length in more bytes than it needs is no example to others: such a packet is written anew.
      const passesOn = first === publish0 && (bodyAt - at === 2 || chunk[bodyAt - 1] !== 0);
      if (!passesOn || !this.#extend(run, chunk, at, bodyAt, end)) {
        this.#finish(run, chunk);
        const isRead = passesOn
          ? this.#begin(run, session, chunk, at, bodyAt, end)
          : first !== publish0 && this.#serve(connection, session, chunk, first, bodyAt, end);
        if (!isRead) connection.frame(at === 0 && end === chunk.length ? chunk : chunk.subarray(at, end));
        else this.#counters.packetsReceived++;
        if (connection.isClosing) return end;
      }
      at = end;
    }
    this.#finish(run, chunk);
    return at;
  }

  /** Whether a PUBLISH at QoS 0 goes on with the run. */
  #extend(run: Run, chunk: Uint8Array, at: number, bodyAt: number, end: number): boolean {
    const { topic } = run;
    if (topic === undefined || run.to !== at) return false;
    const { length } = topic;
    const topicAt = bodyAt + 2;
    if (topicAt + length > end || chunk[bodyAt] !== length >> 8 || chunk[bodyAt + 1] !== (length & 255)) return false;
    if (!isSame(topic, chunk, topicAt, topicAt + length)) return false;
    if (this.#events.published !== undefined) this.#tell(topic, chunk.subarray(topicAt + length, end));
    run.to = end;
    run.packets++;
    this.#counters.packetsReceived++;
    return true;
  }

  /** Begins a run, if the topic is one that its client may publish to. */
  #begin(run: Run, session: Session, chunk: Uint8Array, at: number, bodyAt: number, end: number): boolean {
    const topic = this.#topicAt(session, chunk, bodyAt, end);
    if (topic === undefined) return false;
    if (this.#events.published !== undefined) this.#tell(topic, chunk.subarray(bodyAt + 2 + topic.length, end));
    run.topic = topic;
    run.from = at;
    run.to = end;
    run.packets = 1;
    return true;
  }

  /** Passes a run on. */
  #finish(run: Run, chunk: Uint8Array): void {
    const { topic, from, to, packets } = run;
    if (topic === undefined) return;
    run.topic = undefined;
    const counters = this.#counters;
    counters.messagesPublished += packets;
    const receivers = this.#router.receiversOf(topic);
    if (receivers.length === 0) return;
    const bytes = this.#lending.borrow(chunk, from, to);
    for (const { session } of receivers) {
      const { connection } = session;
      if (connection === undefined) continue;
      connection.isSlow();
      if (connection.bufferedBytes > this.#maxBufferedBytes) counters.messagesDropped += packets;
      else {
        connection.passOn(bytes, packets);
        counters.messagesDelivered += packets;
      }
    }
  }

  /** The topic of a PUBLISH; undefined where it is none that its client may publish to, or an unusual one. */
  #topicAt(session: Session, chunk: Uint8Array, bodyAt: number, end: number): Topic | undefined {
    if (bodyAt + 2 > end) return undefined;
    const length = ((chunk[bodyAt] as number) << 8) | (chunk[bodyAt + 1] as number);
    const topicAt = bodyAt + 2;
    // Topics that begin with `$` are not for clients to publish to (section 4.7.2).
    if (topicAt + length > end || chunk[topicAt] === 0x24) return undefined;
    if (hasMoreLevels(chunk, topicAt, topicAt + length, this.#maxTopicLevels)) return undefined;
    const topic = this.#topics.find(chunk, topicAt, topicAt + length);
    if (topic === undefined || this.#access.isOpen) return topic;
    const { clientId, userName } = session;
    return this.#access.allowsSilently({ kind: 'publish', clientId, userName, topic: topic.name }) ? topic : undefined;
  }

  #tell({ name }: Topic, payload: Uint8Array): void {
    this.#events.published?.({ topicName: name, payload, qos: 0, retain: false });
  }

  /** Any other packet; false leaves it to the long way. */
  #serve(
    connection: Connection,
    session: Session,
    chunk: Uint8Array,
    first: number,
    bodyAt: number,
    end: number,
  ): boolean {
    if ((first & ~dupFlag) === publish1 || (first & ~dupFlag) === publish2)
      return this.#publish(connection, session, chunk, first, bodyAt, end);
    if (first === subscribe) return this.#subscribe.serve(connection, session, chunk, bodyAt, end);
    if (first === pingreq && end === bodyAt) {
      connection.answer(pingresp, 2);
      return true;
    }
    if (end !== bodyAt + 2) return false;
    const packetId = ((chunk[bodyAt] as number) << 8) | (chunk[bodyAt + 1] as number);
    if (packetId === 0) return false;
    switch (first) {
      case puback:
        session.sender.puback(packetId);
        return true;
      case pubrec:
        session.sender.pubrec(packetId);
        return true;
      case pubrel:
        session.receiver.pubrel(packetId, connection);
        return true;
      case pubcomp:
        session.sender.pubcomp(packetId);
        return true;
      default:
        return false;
    }
  }

  /** PUBLISH at QoS 1 and 2. */
  #publish(
    connection: Connection,
    session: Session,
    chunk: Uint8Array,
    first: number,
    bodyAt: number,
    end: number,
  ): boolean {
    const topic = this.#topicAt(session, chunk, bodyAt, end);
    if (topic === undefined) return false;
    const idAt = bodyAt + 2 + topic.length;
    if (idAt + 2 > end) return false;
    const packetId: PacketId = ((chunk[idAt] as number) << 8) | (chunk[idAt + 1] as number);
    if (packetId === 0) return false;
    // Whom the router asks for by the same name next.
    const isKept = this.#router.receiversOf(topic).length > 0;
    const qos = (first & 6) === 2 ? 1 : 2;
    const message: Message = {
      topicName: topic.name,
      payload: isKept ? this.#lending.ownRange(chunk, idAt + 2, end) : chunk.subarray(idAt + 2, end),
      qos,
      retain: false,
    };
    const dup = (first & dupFlag) !== 0;
    if (qos === 2) session.receiver.publish(packetId, { message, dup }, connection);
    else {
      connection.deliver(message, dup);
      connection.puback(packetId);
    }
    return true;
  }
}

/** Bytes of a fixed header with a Remaining Length above 127; -1 where it is not complete, or has no end. */
function longHeader(chunk: Uint8Array, at: number): number {
  for (let bytes = 3; bytes <= 5; bytes++) {
    if (at + bytes > chunk.length) return -1;
    if ((chunk[at + bytes - 1] as number) < 128) return bytes;
  }
  return -1;
}

function longLength(chunk: Uint8Array, at: number, bodyAt: number): number {
  let length = 0;
  for (let byte = bodyAt - 1; byte > at; byte--) length = (length << 7) | ((chunk[byte] as number) & 127);
  return length;
}
