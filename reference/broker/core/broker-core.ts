// The broker without sockets and clock: session registry, router, retained messages, wills. In: connections. Out: what they send.

import type { Connect, ProtocolLevel, SubackReturnCode, Subscription, Will } from '../../codec/packet.ts';
import type { Message, Qos } from '../../message.ts';
import { topicFilterProblem } from '../../topics/validate.ts';
import type { Connection } from './connection.ts';
import type { Parts, Retained, SessionMatch, Subscriptions } from './parts.ts';
import { randomId } from './random-id.ts';
import type { EndReason } from './rules/connect.ts';
import type { DeliveryCause } from './rules/publish.ts';
import type { Rules } from './rules/rules.ts';
import { Session, type SessionLimits } from './session.ts';

export interface Limits extends SessionLimits {
  /** Largest packet of a client, fixed header included. */
  readonly maxPacketBytes: number;
  readonly maxConnections: number;
  /** How long a connection may be open without a CONNECT that is answered. */
  readonly connectTimeoutMs: number;
  /**
   * Bytes that may wait for a client which reads too slowly; beyond, QoS 0 messages to it are dropped. What waits at QoS 1 and 2 is
   * bounded by `maxInFlight`. Left out: no limit.
   */
  readonly maxBufferedBytes?: number;
}

export interface Credentials {
  readonly clientId: string;
  readonly userName: string | undefined;
  readonly password: Uint8Array | undefined;
  readonly remoteAddress: string;
  /** Common name of a verified client certificate. */
  readonly certificateName: string | undefined;
}

/** A SUBSCRIBE, and at which level it came. */
export interface Subscribing {
  readonly subscriptions: readonly Subscription[];
  readonly protocolLevel: ProtocolLevel;
}

/** What a client wants to do; `receive` is asked where `authorizesDeliveries` is set. */
export interface Intention {
  readonly kind: 'publish' | 'subscribe' | 'receive';
  readonly clientId: string;
  readonly userName: string | undefined;
  /** Topic Name of a PUBLISH, of a will or of what is delivered; Topic Filter of a SUBSCRIBE. */
  readonly topic: string;
}

/** Decides what a client may do. A PUBLISH that may not be is acknowledged and passed on to nobody (MQTT-3.3.5-2). */
export type Authorize = (intention: Intention) => boolean;

/** Return codes 2, 3, 4 and 5 of Table 3.1. */
export type AuthenticationRefusal =
  | 'identifier rejected'
  | 'unavailable'
  | 'bad user name or password'
  | 'not authorized';

/** `acceptedAs`: let in under another user name than CONNECT has, such as that of a certificate, or under none. */
export type AuthenticationOutcome = 'accepted' | { readonly acceptedAs: string | undefined } | AuthenticationRefusal;

/**
 * Decides who is let in. What throws or rejects counts as `unavailable`, and so does a promise that has not settled when the time
 * for CONNECT is over.
 */
export type Authenticate = (credentials: Credentials) => AuthenticationOutcome | Promise<AuthenticationOutcome>;

/** Who an event is about. */
export interface Peer {
  /** Counted from 1, in the order in which connections came. */
  readonly connectionId: number;
  readonly remoteAddress: string;
}

export interface Client extends Peer {
  readonly clientId: string;
  /** The user name under which the client was let in. */
  readonly userName: string | undefined;
}

/** What somebody who embeds the broker may want to know. Listeners are called in the middle of things: they should be quick. */
export interface BrokerEvents {
  readonly connected?: (event: Client & { readonly sessionPresent: boolean }) => void;
  /** A client that was connected is not any more; `detail` says what was wrong with a packet. */
  readonly disconnected?: (
    event: Client & { readonly reason: EndReason; readonly detail?: string | undefined },
  ) => void;
  readonly subscribed?: (event: Client & { readonly topicFilter: string; readonly qos: Qos }) => void;
  readonly unsubscribed?: (event: Client & { readonly topicFilter: string }) => void;
  /** A message was taken over. Its payload may be used during the call alone. */
  readonly published?: (message: Message) => void;
  /** A CONNECT was refused, with a return code of Table 3.1. */
  readonly refused?: (event: Client & { readonly returnCode: number }) => void;
  /** A client may not do what it wanted to. */
  readonly denied?: (event: Pick<Client, 'clientId' | 'userName'> & Pick<Intention, 'kind' | 'topic'>) => void;
  /** A connection has ended whose client was never let in. */
  readonly closed?: (event: Peer & { readonly reason: EndReason; readonly detail?: string | undefined }) => void;
}

export interface Counters {
  bytesReceived: number;
  bytesSent: number;
  /** Connections that have come in all, with or without a CONNECT. */
  connectionsAccepted: number;
  packetsReceived: number;
  packetsSent: number;
  /** Messages of clients, of wills and of the program that embeds the broker. */
  messagesPublished: number;
  /** Copies that were sent to a subscriber or queued for one. */
  messagesDelivered: number;
  /** Copies that found no room: a full queue, or a client that reads too slowly. */
  messagesDropped: number;
}

export interface BrokerCoreOptions {
  readonly rules: Rules;
  readonly parts: Parts;
  readonly limits: Limits;
  readonly authenticate: Authenticate;
  /** Everybody may do everything, unless told otherwise. */
  readonly authorize?: Authorize;
  /** Whether deliveries are authorized one by one, too. */
  readonly authorizesDeliveries?: boolean;
  /** Whether a session may be taken by the user alone who has opened it. */
  readonly sessionsHaveOwners?: boolean;
  readonly events: BrokerEvents;
  /** Numbers from 0 to 1. */
  readonly random: () => number;
}

interface Ended {
  readonly session: Session;
  readonly connect: Connect;
  readonly will: Will | undefined;
  readonly reason: EndReason;
  readonly detail: string | undefined;
}

export class BrokerCore {
  readonly rules: Rules;
  readonly parts: Parts;
  readonly limits: Limits;
  readonly authenticate: Authenticate;
  readonly authorize: Authorize;
  readonly events: BrokerEvents;
  readonly #authorizesDeliveries: boolean;
  readonly #sessionsHaveOwners: boolean;
  readonly counters: Counters = {
    bytesReceived: 0,
    bytesSent: 0,
    connectionsAccepted: 0,
    packetsReceived: 0,
    packetsSent: 0,
    messagesPublished: 0,
    messagesDelivered: 0,
    messagesDropped: 0,
  };
  /** Milliseconds of a monotonic clock, as the edge has told last. */
  now = 0;
  /** Connections with output of this turn. */
  readonly dirty = new Set<Connection>();
  /** Open connections, whether they have sent CONNECT or not; kept by the edge. */
  connections = 0;
  /** Clients that are connected. */
  clients = 0;
  /** Runs work of a connection that does not begin with its bytes; the edge tells the time and looks after deadline and output. */
  inTurn: (connection: Connection, work: (now: number) => void) => void = (_connection, work) => {
    work(this.now);
    this.flush();
  };
  /** Runs work after a time; the edge looks after clock and output. */
  later: (delayMs: number, work: () => void) => void = (_delayMs, work) => work();
  readonly #random: () => number;
  readonly #mostBuffered: number;
  readonly #sessions = new Map<string, Session>();
  readonly #subscriptions: Subscriptions;
  readonly #retained: Retained;
  /** The retained message of a topic, by its name, for the rule that asks for it. */
  readonly #retainedByName = new Map<string, Message>();

  constructor({
    rules,
    parts,
    limits,
    authenticate,
    authorize = () => true,
    authorizesDeliveries = false,
    sessionsHaveOwners = false,
    events,
    random,
  }: BrokerCoreOptions) {
    this.rules = rules;
    this.parts = parts;
    this.limits = limits;
    this.authenticate = authenticate;
    this.authorize = authorize;
    this.events = events;
    this.#authorizesDeliveries = authorizesDeliveries;
    this.#sessionsHaveOwners = sessionsHaveOwners;
    this.#random = random;
    this.#mostBuffered = limits.maxBufferedBytes ?? Number.POSITIVE_INFINITY;
    this.#subscriptions = parts.subscriptions();
    this.#retained = parts.retained();
  }

  get subscriptions(): number {
    return this.#subscriptions.size;
  }

  get retainedMessages(): number {
    return this.#retained.size;
  }

  get sessions(): number {
    return this.#sessions.size;
  }

  /** Hands all output of this turn to the transports. */
  flush(): void {
    for (const connection of this.dirty) {
      this.dirty.delete(connection);
      connection.flush();
    }
  }

  hasSession(clientId: string): boolean {
    return this.#sessions.has(this.rules.connect.sessionKey(clientId));
  }

  /** Whether this user may have the session of this client id. A session that an anonymous client has opened is nobody's. */
  mayOwn({ clientId, userName }: Pick<Connect, 'clientId' | 'userName'>): boolean {
    if (!this.#sessionsHaveOwners) return true;
    const owner = this.#sessions.get(this.rules.connect.sessionKey(clientId))?.userName;
    return owner === undefined || owner === userName;
  }

  /** The session of an accepted CONNECT: resumed or new, and taken from a connection that had it (MQTT-3.1.4-2). */
  openSession(connect: Connect, connection: Connection): { session: Session; stored: Session | undefined } {
    const { rules } = this;
    const unique = randomId(this.#random);
    const clientId = connect.clientId === '' ? rules.connect.assignedClientId(unique) : connect.clientId;
    const key = rules.connect.sessionKey(clientId);
    const before = this.#sessions.get(key);
    const takenOver = before?.connection !== undefined;
    if (takenOver && rules.connect.evictsOlder()) before.connection?.end('taken over');
    // The end of the older connection may have ended its session too.
    const stored = this.#sessions.get(key);
    // Who becomes the owner of nobody's session does not inherit what anybody has put into it.
    const inherits = !this.#sessionsHaveOwners || stored?.userName === connect.userName;
    const resumes = rules.connect.resumesSession(connect) && inherits;
    if (stored !== undefined && !resumes) this.#discard(stored);
    const session =
      resumes && stored !== undefined ? stored : new Session(clientId, { rules: rules.session, limits: this.limits });
    if (session === stored) {
      rules.connect.forgetsWhenResumed(session, { takenOver });
      if (!rules.connect.keepsSubscriptions({ takenOver })) this.#dropSubscriptions(session);
    }
    session.sender.disconnect();
    this.clients++;
    session.connection = connection;
    session.userName = connect.userName;
    this.#sessions.set(key, session);
    return { session, stored: inherits ? stored : undefined };
  }

  /** A connection with a session has ended. */
  connectionEnded(connection: Connection, { session, connect, will, reason, detail }: Ended): void {
    this.clients--;
    if (session.connection === connection) {
      session.connection = undefined;
      session.sender.disconnect();
      if (this.rules.connect.endsWithConnection(connect, reason)) this.#discard(session);
    }
    const { clientId } = session;
    const { userName } = connect;
    if (will !== undefined && this.allows({ kind: 'publish', clientId, userName, topic: will.topicName }))
      this.publishWill(will, reason);
    this.events.disconnected?.({ ...connection.peer, clientId, userName, reason, detail });
  }

  /** Whether a client may; not, where the program that embeds the broker has failed at the question. */
  allows(intention: Intention): boolean {
    const allowed = this.#authorized(intention);
    if (!allowed) this.events.denied?.(intention);
    return allowed;
  }

  #authorized(intention: Intention): boolean {
    try {
      return this.authorize(intention);
    } catch {
      return false;
    }
  }

  /** For a faulty broker: ends who is connected by this id. */
  evict(clientId: string): void {
    this.#sessions.get(this.rules.connect.sessionKey(clientId))?.connection?.end('taken over');
  }

  /** Publishes a will, if it is due after such an end (MQTT-3.1.2-8). */
  publishWill(will: Will, reason: EndReason): void {
    if (!this.rules.will.isDue(reason)) return;
    const delayMs = this.rules.will.delayMs();
    if (delayMs > 0) this.later(delayMs, () => this.#publishWill(will));
    else this.#publishWill(will);
  }

  #publishWill(will: Will): void {
    for (let times = this.rules.will.timesPublished(); times > 0; times--) {
      this.route(this.rules.will.messageOf(will), { incomingDup: false });
    }
  }

  /** For a faulty broker that serves clients before or without CONNECT: a session that nobody can find. */
  strayClient(): Session {
    return new Session('', { rules: this.rules.session, limits: this.limits });
  }

  /** A message that the broker has taken over goes to every session with a matching subscription (MQTT-4.5.0-1). */
  route(message: Message, { incomingDup }: { incomingDup: boolean }): void {
    this.counters.messagesPublished++;
    this.events.published?.(message);
    if (!this.rules.publish.distributes(message.topicName)) return;
    this.#retain(message);
    const matched = new Map<Session, SessionMatch[]>();
    this.#subscriptions.match(message.topicName, (match) => {
      const matches = matched.get(match.session);
      if (matches === undefined) matched.set(match.session, [match]);
      else matches.push(match);
    });
    for (const [session, matches] of matched) {
      for (const { granted } of this.rules.publish.matchesServed(matches)) {
        this.#deliver(session, message, { granted, cause: 'live', incomingDup });
      }
    }
  }

  /** Publishes for the broker itself: `$SYS`, and messages of a program that embeds it. */
  publish(message: Message): void {
    if (message.retain) this.#keep(message.topicName, message.payload.length === 0 ? undefined : message);
    this.#subscriptions.match(message.topicName, ({ session, granted }) => {
      this.#deliver(session, message, { granted, cause: 'live', incomingDup: false });
    });
  }

  #retain(message: Message): void {
    const before = this.#retainedByName.get(message.topicName);
    const after = this.rules.publish.retainedAfter(message, before);
    if (after !== before) this.#keep(message.topicName, after);
  }

  #keep(topicName: string, message: Message | undefined): void {
    if (message === undefined) {
      this.#retainedByName.delete(topicName);
      this.#retained.delete(topicName);
    } else {
      this.#retainedByName.set(topicName, message);
      this.#retained.set(topicName, message);
    }
  }

  #deliver(
    session: Session,
    message: Message,
    { granted, cause, incomingDup }: { granted: Qos; cause: DeliveryCause; incomingDup: boolean },
  ): void {
    const rules = this.rules.publish;
    if (!rules.delivers(message, cause)) return;
    if (this.#authorizesDeliveries && !this.#mayReceive(session, message.topicName)) return;
    const qos = rules.qosOf(message.qos, granted);
    const retain = rules.retainOf(cause, message);
    const topicName = rules.topicNameOf(message.topicName);
    const copy: Message = { topicName, payload: rules.payloadOf(message.payload), qos, retain };
    if (session.connection === undefined && !rules.queuesWhileAway(qos)) return;
    if (this.#hand(session, copy, { qos, incomingDup })) this.counters.messagesDelivered++;
    else this.counters.messagesDropped++;
  }

  #mayReceive({ clientId, userName }: Session, topic: string): boolean {
    return this.#authorized({ kind: 'receive', clientId, userName, topic });
  }

  /** False if there is no room for the message. */
  #hand({ connection, sender }: Session, message: Message, how: { qos: Qos; incomingDup: boolean }): boolean {
    const { qos, incomingDup } = how;
    if (qos !== 0) return sender.send(message, { qos, incomingDup });
    if (connection === undefined || connection.bufferedBytes > this.#mostBuffered) return false;
    connection.publish(message, { qos, dup: false });
    return true;
  }

  /** SUBSCRIBE, filter by filter (MQTT-3.8.4-4). `retained` sends what the new subscriptions ask for. */
  subscribe(
    session: Session,
    { subscriptions, protocolLevel }: Subscribing,
  ): 'violation' | { readonly codes: readonly SubackReturnCode[]; readonly retained: () => void } {
    const rules = this.rules.subscribe;
    const served = rules.subscriptionsServed(subscriptions);
    const reactions = served.map(({ topicFilter }) =>
      topicFilterProblem(topicFilter) === undefined ? 'accept' : rules.reactionToTopicFilter(topicFilter),
    );
    if (reactions.includes('close')) return 'violation';
    const sendings: (() => void)[] = [];
    const codes = served.map((subscription, i): SubackReturnCode => {
      const { topicFilter } = subscription;
      const { clientId, userName } = session;
      if (!this.allows({ kind: 'subscribe', clientId, userName, topic: topicFilter }))
        return rules.codeOfForbidden(protocolLevel);
      const code = reactions[i] === 'refuse' ? 0x80 : rules.grants(subscription);
      if (code === 0x80) return code;
      const existing = session.subscriptions.has(topicFilter);
      if (rules.replaces(existing)) this.#subscribe(session, topicFilter, code);
      if (rules.sendsRetained(existing)) sendings.push(() => this.#sendRetained(session, topicFilter, code));
      return code;
    });
    return {
      codes,
      retained: () => {
        for (const send of sendings) send();
      },
    };
  }

  #subscribe(session: Session, topicFilter: string, granted: Qos): void {
    session.subscriptions.set(topicFilter, granted);
    this.#subscriptions.add(topicFilter, session, { session, topicFilter, granted });
    if (session.connection !== undefined)
      this.events.subscribed?.({ ...clientOf(session, session.connection), topicFilter, qos: granted });
  }

  /** Visits the retained messages that a Topic Filter matches. */
  retainedMatching(topicFilter: string, visit: (message: Message) => void): void {
    this.#retained.match(topicFilter, visit);
  }

  #sendRetained(session: Session, topicFilter: string, granted: Qos): void {
    const messages: Message[] = [];
    this.#retained.match(topicFilter, (message) => messages.push(message));
    for (const message of this.rules.subscribe.retainedServed(messages)) {
      this.#deliver(session, message, { granted, cause: 'new subscription', incomingDup: false });
    }
  }

  /** For a faulty broker: retained messages of all subscriptions of a session that was resumed. */
  sendAllRetained({ session }: Connection): void {
    if (session === undefined) return;
    for (const [topicFilter, granted] of session.subscriptions) this.#sendRetained(session, topicFilter, granted);
  }

  /** How many subscriptions were deleted (MQTT-3.10.4-1). */
  unsubscribe(session: Session, topicFilters: readonly string[]): number | 'violation' {
    const rules = this.rules.subscribe;
    const bad = topicFilters.some(
      (filter) => topicFilterProblem(filter) !== undefined && rules.reactionToTopicFilter(filter) === 'close',
    );
    if (bad) return 'violation';
    let deleted = 0;
    for (const topicFilter of rules.filtersServed(topicFilters)) {
      for (const filter of rules.filtersRemoved(topicFilter, [...session.subscriptions.keys()])) {
        session.subscriptions.delete(filter);
        if (this.#subscriptions.remove(filter, session)) deleted++;
        if (session.connection !== undefined)
          this.events.unsubscribed?.({ ...clientOf(session, session.connection), topicFilter: filter });
      }
    }
    if (rules.dropsInFlightOnUnsubscribe()) session.sender.clear({ inFlight: true });
    return deleted;
  }

  #dropSubscriptions(session: Session): void {
    for (const topicFilter of session.subscriptions.keys()) this.#subscriptions.remove(topicFilter, session);
    session.subscriptions.clear();
  }

  /** Ends a session: nothing of it is left (MQTT-3.1.2-6). */
  #discard(session: Session): void {
    this.#dropSubscriptions(session);
    const key = this.rules.connect.sessionKey(session.clientId);
    if (this.#sessions.get(key) === session) this.#sessions.delete(key);
  }
}

const clientOf = ({ clientId, userName }: Session, { peer }: Connection): Client => ({ ...peer, clientId, userName });
