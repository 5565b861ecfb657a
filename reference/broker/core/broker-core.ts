// The broker without sockets and clock: sessions, wills, who is due when. In: connections. Out: what they send.

import { BlockPool } from '../../codec/bytes/block-pool.ts';
import type { Connect, Will } from '../../codec/packet.ts';
import { Deadlines } from '../../deadlines.ts';
import type { SenderOptions } from '../../session/sender.ts';
import { Access, type Authenticate, type Authorize, type Intention } from './access.ts';
import { AwaySessions } from './away-sessions.ts';
import type { Connection } from './connection.ts';
import { type Counters, newCounters } from './counters.ts';
import type { BrokerEvents, Peer } from './events.ts';
import { Express } from './express.ts';
import { giveUpForbidden } from './give-up-forbidden.ts';
import type { BrokerJournal, KeptState } from './journal.ts';
import { Lending } from './lending.ts';
import { type Limits, noLimits } from './limits.ts';
import type { Parts } from './parts.ts';
import { Pressure } from './pressure.ts';
import { PublishEncoder } from './publish-encoder.ts';
import { randomId } from './random-id.ts';
import { Router } from './router.ts';
import type { EndReason } from './rules/connect.ts';
import type { Rules } from './rules/rules.ts';
import { Session } from './session.ts';
import { hasStandardPackets } from './standard.ts';

export interface BrokerCoreOptions {
  readonly rules: Rules;
  readonly parts: Parts;
  readonly limits: Limits;
  /** Everybody is let in, unless told otherwise. */
  readonly authenticate?: Authenticate;
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
  readonly limits: Required<Limits>;
  readonly authenticate: Authenticate | undefined;
  readonly access: Access;
  readonly events: BrokerEvents;
  readonly counters: Counters = newCounters();
  readonly router: Router;
  /** The short way of the commonest packets; undefined where a rule or part that it leaves out is not the standard's. */
  readonly express: Express | undefined;
  /** Whether packets are read and written as the standard has them. */
  readonly hasStandardPackets: boolean;
  readonly blocks = new BlockPool();
  readonly encoder = new PublishEncoder();
  readonly lending = new Lending();
  /** When connections want to be called. */
  readonly deadlines = new Deadlines<Connection>();
  /** Who is not read from for the sake of slow subscribers. */
  readonly pressure: Pressure<Connection>;
  /** Bytes that may wait for a client before it counts as slow. */
  readonly pauseAboveBytes: number;
  /** Milliseconds of a monotonic clock, as the edge has told last. */
  now = 0;
  /** Open connections, whether they have sent CONNECT or not; kept by the edge. */
  connections = 0;
  /** Clients that are connected. */
  clients = 0;
  /** Runs work of a connection that does not begin with its bytes; the edge tells the time and looks after output. */
  inTurn: (work: (now: number) => void) => void = (work) => {
    work(this.now);
    this.flush();
  };
  /** Runs work after a time; the edge looks after clock and output. */
  later: (delayMs: number, work: () => void) => void = (_delayMs, work) => work();
  #journal: BrokerJournal | undefined;
  readonly #random: () => number;
  readonly #sessionsHaveOwners: boolean;
  readonly #sessions = new Map<string, Session>();
  readonly #away: AwaySessions<Session>;
  readonly #senderOptions: SenderOptions;
  /** Connections with output of this turn. */
  readonly #dirty: Connection[] = [];
  /** Those at its beginning that were flushed already. */
  #flushed = 0;

  constructor(options: BrokerCoreOptions) {
    const { rules, parts, limits, authenticate, authorize, events, random } = options;
    const { authorizesDeliveries = false, sessionsHaveOwners = false } = options;
    this.rules = rules;
    this.parts = parts;
    this.limits = { ...noLimits, ...limits };
    this.authenticate = authenticate;
    // Somebody may begin to listen at any time.
    this.access = new Access(authorize, (intention) => events.denied?.({ ...this.#peerOf(intention), ...intention }));
    this.#away = new AwaySessions(this.limits.sessionExpiryMs);
    this.events = events;
    this.#random = random;
    this.#sessionsHaveOwners = sessionsHaveOwners;
    this.#senderOptions = {
      rules: rules.session,
      window: limits.maxInFlight,
      maxQueued: limits.maxQueuedMessages,
      maxBytes: this.limits.maxQueuedBytes,
    };
    this.pressure = new Pressure(this.limits.maxPauseMs);
    this.pauseAboveBytes = this.limits.pauseAboveBytes;
    const { access, counters } = this;
    const soon = (work: () => void): void => this.later(0, work);
    const hashKey = Math.floor(random() * 2 ** 31);
    this.router = new Router({
      rules,
      parts,
      access,
      authorizesDeliveries,
      events,
      counters,
      limits: this.limits,
      hashKey,
      soon,
    });
    this.hasStandardPackets = hasStandardPackets(rules, parts);
    this.express = this.hasStandardPackets && this.router.isStandard ? new Express(this) : undefined;
  }

  get subscriptions(): number {
    return this.router.subscriptions;
  }

  get retainedMessages(): number {
    return this.router.retainedMessages;
  }

  get sessions(): number {
    return this.#sessions.size;
  }

  /** A connection has output, or is to be closed behind it. */
  hasOutput(connection: Connection): void {
    this.#dirty.push(connection);
  }

  /** Hands all output of this turn to the transports, or that of so many connections; true if there is more. */
  flush(mostConnections = Number.POSITIVE_INFINITY): boolean {
    this.encoder.forget();
    let flushed = 0;
    while (this.#flushed < this.#dirty.length && flushed++ < mostConnections) this.#dirty[this.#flushed++]?.flush();
    if (this.#flushed < this.#dirty.length) return true;
    this.#dirty.length = 0;
    this.#flushed = 0;
    return false;
  }

  /** When `tick` wants to be called. */
  get next(): number {
    return Math.min(this.deadlines.next, this.pressure.next, this.#away.next);
  }

  /** Calls the connections whose time is over. */
  tick(now: number): void {
    this.now = now;
    this.pressure.tick(now);
    const called: Connection[] = [];
    for (let due = this.deadlines.take(now); due !== undefined; due = this.deadlines.take(now)) {
      due.tick(now);
      called.push(due);
    }
    for (const connection of called) this.deadlines.set(connection);
    for (const session of this.#away.take(now)) this.#discard(session);
  }

  /** Goes on with what an earlier process has left, and tells the journal of every change from now on. */
  keep(journal: BrokerJournal, { sessions, retained }: KeptState): void {
    for (const kept of sessions) {
      const session = Session.restored(kept, this.#senderOptions);
      this.#sessions.set(this.rules.connect.sessionKey(kept.clientId), session);
      this.router.restoreSubscriptions(session, kept.subscriptions);
      this.#away.left(session, this.now);
    }
    this.router.keep(journal, retained);
    this.#journal = journal;
  }

  #peerOf({ clientId }: Intention): Peer | undefined {
    return this.#sessions.get(this.rules.connect.sessionKey(clientId))?.connection?.peer;
  }

  /** Permissions have changed: what waits and may not be delivered any more is given up. */
  permissionsChanged(): void {
    giveUpForbidden(this, this.#sessions.values());
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
    const { clientId: wanted } = connect;
    const clientId = wanted === '' ? rules.connect.assignedClientId(randomId(this.#random)) : wanted;
    const key = rules.connect.sessionKey(clientId);
    const before = this.#sessions.get(key);
    const takenOver = before?.connection !== undefined;
    if (takenOver && rules.connect.evictsOlder()) before.connection?.end('taken over');
    // The end of the older connection may have ended its session too.
    const stored = this.#sessions.get(key);
    // Who becomes the owner of nobody's session does not inherit what anybody has put into it.
    const inherits = !this.#sessionsHaveOwners || stored?.userName === connect.userName;
    const persists = rules.connect.resumesSession(connect);
    const resumes = persists && inherits;
    if (stored !== undefined && !resumes) this.#discard(stored);
    const session = resumes && stored !== undefined ? stored : this.#newSession(clientId, persists);
    if (session === stored) {
      rules.connect.forgetsWhenResumed(session, { takenOver });
      if (!rules.connect.keepsSubscriptions({ takenOver })) this.router.dropSubscriptions(session);
    }
    session.sender.disconnect();
    this.#away.cameBack(session);
    this.clients++;
    session.connection = connection;
    session.owned(connect.userName);
    if (session === stored) this.router.dropForbidden(session, { inFlight: true });
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
      else this.#away.left(session, this.now);
    }
    const { clientId } = session;
    const { userName } = connect;
    if (will !== undefined && this.access.allows({ kind: 'publish', clientId, userName, topic: will.topicName }))
      this.publishWill(will, reason);
    this.events.disconnected?.({ ...connection.peer, clientId, userName, reason, detail });
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
      this.router.route(this.rules.will.messageOf(will), { incomingDup: false });
    }
  }

  /** For a faulty broker that serves clients before or without CONNECT: a session that nobody can find. */
  strayClient(): Session {
    return this.#newSession('', false);
  }

  #newSession(clientId: string, persists: boolean): Session {
    return new Session(clientId, this.#senderOptions, persists ? this.#journal?.sessionMade(clientId) : undefined);
  }

  /** Ends a session: nothing of it is left (MQTT-3.1.2-6). */
  #discard(session: Session): void {
    this.router.forget(session.end());
    this.#away.cameBack(session);
    const key = this.rules.connect.sessionKey(session.clientId);
    if (this.#sessions.get(key) === session) this.#sessions.delete(key);
  }
}
