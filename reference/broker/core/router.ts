// Messages → sessions. In: messages, subscriptions. Out: deliveries to those who have subscribed, and what is retained. Knows no packet.
import type { ProtocolLevel, SubackReturnCode, Subscription } from '../../codec/packet.ts';
import type { Message, Qos } from '../../message.ts';
import { SubscriptionTree } from '../../topics/subscription-tree.ts';
import { topicFilterProblem } from '../../topics/validate.ts';
import type { Access } from './access.ts';
import type { Connection } from './connection.ts';
import type { Counters } from './counters.ts';
import type { BrokerEvents, Client } from './events.ts';
import type { BrokerJournal } from './journal.ts';
import type { Limits } from './limits.ts';
import type { Parts, Retained, SessionMatch, Subscriptions } from './parts.ts';
import type { DeliveryCause } from './rules/publish.ts';
import type { Rules } from './rules/rules.ts';
import type { Session } from './session.ts';
import { ListedFilters, type Range, type SessionFilters, TreeFilters } from './session-filters.ts';
import { hasStandardRouting } from './standard.ts';
import { levelsOf, weightOf } from './topic-levels.ts';
import type { Receiver, Topic } from './topic-memory.ts';

export interface RouterOptions {
  readonly rules: Rules;
  readonly parts: Parts;
  readonly access: Access;
  /** Whether deliveries are authorized one by one. */
  readonly authorizesDeliveries: boolean;
  readonly events: BrokerEvents;
  readonly counters: Counters;
  readonly limits: Required<Limits>;
  /** A number that nobody outside knows. */
  readonly hashKey: number;
  /** Does work after what has come meanwhile. */
  readonly soon: (work: () => void) => void;
}

/** A SUBSCRIBE, and at which level it came. */
export interface Subscribing {
  readonly subscriptions: readonly Subscription[];
  readonly protocolLevel: ProtocolLevel;
}

interface Delivery {
  readonly granted: Qos;
  readonly cause: DeliveryCause;
  readonly incomingDup: boolean;
}

/** A topic of more receivers is one of many. */
const fewReceivers = 64;
const mostTopicsOfMany = 64;
/** So many subscriptions are taken away at once. */
const mostForgotten = 2_000;

export class Router {
  readonly #options: RouterOptions;
  readonly #subscriptions: Subscriptions;
  readonly #filtersOf: (session: Session) => SessionFilters;
  readonly #retained: Retained;
  /** The retained message of a topic, by its name, for the rule that asks for it. */
  readonly #retainedByName = new Map<string, Message>();
  #retainedWeight = 0;
  #retainedBytes = 0;
  /** Whether deliveries follow the standard's rules alone, so that receivers can be remembered. */
  readonly isStandard: boolean;
  /** Rises with every change of subscriptions: what was remembered before may be wrong. */
  #version = 0;
  #journal: BrokerJournal | undefined;
  readonly #ofMany: Topic[] = [];
  #manyAt = -1;
  /** The topic that was asked for last. */
  #last: Topic | undefined;

  constructor(options: RouterOptions) {
    this.#options = options;
    this.#subscriptions = options.parts.subscriptions(options.hashKey);
    this.#retained = options.parts.retained();
    this.isStandard = hasStandardRouting(options.rules, options.parts) && !options.authorizesDeliveries;
    const held = this.#subscriptions;
    this.#filtersOf =
      this.isStandard && held instanceof SubscriptionTree
        ? (session) => new TreeFilters(held, session)
        : (session) => new ListedFilters(held, session);
  }

  get subscriptions(): number {
    return this.#subscriptions.size;
  }

  get retainedMessages(): number {
    return this.#retained.size;
  }

  /** A message that the broker has taken over goes to every session with a matching subscription (MQTT-4.5.0-1). */
  route(message: Message, { incomingDup }: { incomingDup: boolean }): void {
    const { counters, events, rules } = this.#options;
    counters.messagesPublished++;
    events.published?.(message);
    if (!rules.publish.distributes(message.topicName)) return;
    this.#retain(message);
    if (this.isStandard) this.#deliverToAll(this.#receiversOfName(message.topicName), message, incomingDup);
    else this.#routeByRules(message, incomingDup);
  }

  /** Publishes `$SYS` for the broker itself; what it retains takes no room of what clients may have retained. */
  publish(message: Message): void {
    if (message.retain) {
      this.#retainedByName.set(message.topicName, message);
      this.#retained.set(message.topicName, message);
    }
    this.#subscriptions.match(message.topicName, ({ session, granted }) => {
      this.#deliver(session, message, { granted, cause: 'live', incomingDup: false });
    });
  }

  /** Who gets what is published to a topic, by the standard's rules: each session once, at the highest QoS granted (MQTT-3.3.5-1). */
  receiversOf(topic: Topic): readonly Receiver[] {
    this.#last = topic;
    if (topic.version === this.#version) return topic.receivers;
    const receivers = this.#match(topic.name);
    topic.receivers = receivers;
    topic.version = this.#version;
    if (receivers.length > fewReceivers) this.#rememberMany(topic);
    return receivers;
  }

  /** Topics of many receivers are remembered in small number. */
  #rememberMany(topic: Topic): void {
    this.#manyAt = (this.#manyAt + 1) % mostTopicsOfMany;
    const forgotten = this.#ofMany[this.#manyAt];
    if (forgotten !== undefined && forgotten !== topic) {
      forgotten.receivers = [];
      forgotten.version = -1;
    }
    this.#ofMany[this.#manyAt] = topic;
  }

  #receiversOfName(topicName: string): readonly Receiver[] {
    const last = this.#last;
    return last !== undefined && last.name === topicName ? this.receiversOf(last) : this.#match(topicName);
  }

  #match(topicName: string): readonly Receiver[] {
    const receivers: SessionMatch[] = [];
    const places = new Map<Session, number>();
    this.#subscriptions.match(topicName, (match) => {
      if (match.session.isGone) return;
      const place = places.get(match.session);
      if (place === undefined) {
        places.set(match.session, receivers.length);
        receivers.push(match);
      } else if (match.granted > (receivers[place] as SessionMatch).granted) receivers[place] = match;
    });
    return receivers;
  }

  #deliverToAll(receivers: readonly Receiver[], message: Message, incomingDup: boolean): void {
    const { counters } = this.#options;
    // One object for all deliveries of the same QoS: it is encoded once.
    const copies: (Message | undefined)[] = [undefined, undefined, undefined];
    for (const { session, granted } of receivers) {
      const qos = Math.min(message.qos, granted) as Qos;
      if (qos === 0 && session.connection === undefined) continue;
      let copy = copies[qos];
      if (copy === undefined) {
        copy = message.qos === qos && !message.retain ? message : { ...message, qos, retain: false };
        copies[qos] = copy;
      }
      if (this.#hand(session, copy, incomingDup)) counters.messagesDelivered++;
      else counters.messagesDropped++;
    }
  }

  #routeByRules(message: Message, incomingDup: boolean): void {
    const matched = new Map<Session, SessionMatch[]>();
    this.#subscriptions.match(message.topicName, (match) => {
      const matches = matched.get(match.session);
      if (matches === undefined) matched.set(match.session, [match]);
      else matches.push(match);
    });
    for (const [session, matches] of matched) {
      for (const { granted } of this.#options.rules.publish.matchesServed(matches)) {
        this.#deliver(session, message, { granted, cause: 'live', incomingDup });
      }
    }
  }

  #deliver(session: Session, message: Message, { granted, cause, incomingDup }: Delivery): void {
    const rules = this.#options.rules.publish;
    if (session.isGone || !rules.delivers(message, cause)) return;
    if (this.#options.authorizesDeliveries && !this.#mayReceive(session, message.topicName)) return;
    const qos = rules.qosOf(message.qos, granted);
    const retain = rules.retainOf(cause, message);
    const topicName = rules.topicNameOf(message.topicName);
    const copy: Message = { topicName, payload: rules.payloadOf(message.payload), qos, retain };
    if (session.connection === undefined && !rules.queuesWhileAway(qos)) return;
    if (this.#hand(session, copy, incomingDup)) this.#options.counters.messagesDelivered++;
    else this.#options.counters.messagesDropped++;
  }

  /** Gives up what waits for a client that may not have it any more: its permissions are others, or it is another user's client. */
  dropForbidden(session: Session, { inFlight }: { readonly inFlight: boolean }): void {
    const { authorizesDeliveries, counters } = this.#options;
    if (!authorizesDeliveries || session.sender.size === 0) return;
    counters.messagesDropped += session.sender.giveUp(({ topicName }) => !this.#mayReceive(session, topicName), {
      inFlight,
    });
  }

  #mayReceive({ clientId, userName }: Session, topic: string): boolean {
    return this.#options.access.allowsSilently({ kind: 'receive', clientId, userName, topic });
  }

  /** False if there is no room for the message. */
  #hand(session: Session, message: Message, incomingDup: boolean): boolean {
    const { qos } = message;
    const { connection, sender } = session;
    if (qos !== 0) {
      const isTaken = sender.send(message, { qos, incomingDup });
      if (sender.queued > 0) connection?.isSlow();
      return isTaken;
    }
    if (connection === undefined) return false;
    connection.isSlow();
    if (connection.bufferedBytes > this.#options.limits.maxBufferedBytes) return false;
    connection.publish(message, { qos, packetId: 0, dup: false });
    return true;
  }

  #retain(message: Message): void {
    if (this.isStandard && !message.retain) return;
    const before = this.#retainedByName.get(message.topicName);
    const after = this.#options.rules.publish.retainedAfter(message, before);
    if (after === before || (after !== undefined && !this.#mayRetain(after, before))) return;
    this.#keep(message.topicName, after);
    this.#journal?.retained(message.topicName, { before, after });
  }

  #mayRetain(after: Message, before: Message | undefined): boolean {
    const { maxRetainedMessages, maxRetainedBytes } = this.#options.limits;
    const weight = before === undefined ? weightOf(after.topicName) : 0;
    const bytes = bytesOf(after) - (before === undefined ? 0 : bytesOf(before));
    return this.#retainedWeight + weight <= maxRetainedMessages && this.#retainedBytes + bytes <= maxRetainedBytes;
  }

  #keep(topicName: string, message: Message | undefined): void {
    const before = this.#retainedByName.get(topicName);
    if (before !== undefined) this.#countRetained(before, -1);
    if (message !== undefined) this.#countRetained(message, 1);
    if (message === undefined) {
      this.#retainedByName.delete(topicName);
      this.#retained.delete(topicName);
    } else {
      this.#retainedByName.set(topicName, message);
      this.#retained.set(topicName, message);
    }
  }

  #countRetained(message: Message, sign: 1 | -1): void {
    this.#retainedWeight += sign * weightOf(message.topicName);
    this.#retainedBytes += sign * bytesOf(message);
  }

  /** SUBSCRIBE, filter by filter (MQTT-3.8.4-4). `retained` sends what the new subscriptions ask for. */
  subscribe(
    session: Session,
    { subscriptions, protocolLevel }: Subscribing,
  ): 'violation' | { readonly codes: readonly SubackReturnCode[]; readonly retained: () => void } {
    const rules = this.#options.rules.subscribe;
    const served = rules.subscriptionsServed(subscriptions);
    const refused = new Set<Subscription>();
    for (const subscription of served) {
      if (topicFilterProblem(subscription.topicFilter) === undefined) continue;
      const reaction = rules.reactionToTopicFilter(subscription.topicFilter);
      if (reaction === 'close') return 'violation';
      if (reaction === 'refuse') refused.add(subscription);
    }
    const codes: SubackReturnCode[] = [];
    const granted: Subscription[] = [];
    for (const subscription of served) {
      const { topicFilter } = subscription;
      if (!this.#mayHave(session, topicFilter)) {
        codes.push(rules.codeOfForbidden(protocolLevel));
        continue;
      }
      const code = refused.has(subscription) ? 0x80 : rules.grants(subscription);
      codes.push(code);
      if (code === 0x80) continue;
      const before = session.subscriptions;
      if (rules.sendsRetained(topicFilter, before))
        granted.push(code === subscription.qos ? subscription : { topicFilter, qos: code });
      if (rules.replaces(topicFilter, before)) this.#subscribe(session, topicFilter, code);
    }
    return {
      codes,
      retained: () => {
        for (const { topicFilter, qos } of granted) this.sendRetained(session, topicFilter, qos);
      },
    };
  }

  /** Whether a client is allowed this subscription, and may have one such more. */
  #mayHave(session: Session, topicFilter: string): boolean {
    const { access, limits } = this.#options;
    const { clientId, userName } = session;
    if (!access.isOpen && !access.allows({ kind: 'subscribe', clientId, userName, topic: topicFilter })) return false;
    // A level is a separator at least.
    if (topicFilter.length >= limits.maxTopicLevels && levelsOf(topicFilter) > limits.maxTopicLevels) return false;
    return session.weight + weightOf(topicFilter) <= limits.maxSubscriptions || session.subscriptions.has(topicFilter);
  }

  #subscribe(session: Session, topicFilter: string, granted: Qos): void {
    session.subscribe(topicFilter, granted, this.#filtersOf);
    this.#version++;
    if (session.connection !== undefined)
      this.#options.events.subscribed?.({ ...clientOf(session, session.connection), topicFilter, qos: granted });
  }

  /** One filter of a SUBSCRIBE of which nothing has to be asked: it lies in a range of bytes, is plain, and nobody is to be told of it. */
  subscribePlain(session: Session, bytes: Uint8Array, range: Range, granted: Qos): void {
    session.subscribePlain(bytes, range, granted, this.#filtersOf);
    this.#version++;
  }

  /** How many subscriptions were deleted (MQTT-3.10.4-1). */
  unsubscribe(session: Session, topicFilters: readonly string[]): number | 'violation' {
    const { events } = this.#options;
    const rules = this.#options.rules.subscribe;
    const bad = topicFilters.some(
      (filter) => topicFilterProblem(filter) !== undefined && rules.reactionToTopicFilter(filter) === 'close',
    );
    if (bad) return 'violation';
    let deleted = 0;
    for (const topicFilter of rules.filtersServed(topicFilters)) {
      for (const filter of rules.filtersRemoved(topicFilter, session.subscriptions)) {
        if (session.unsubscribe(filter)) deleted++;
        this.#version++;
        if (session.connection !== undefined)
          events.unsubscribed?.({ ...clientOf(session, session.connection), topicFilter: filter });
      }
    }
    if (rules.dropsInFlightOnUnsubscribe()) session.sender.clear({ inFlight: true });
    return deleted;
  }

  /** Takes in the subscriptions that a session of an earlier process has. */
  restoreSubscriptions(session: Session, subscriptions: ReadonlyMap<string, Qos>): void {
    for (const [topicFilter, granted] of subscriptions)
      session.restoreSubscription(topicFilter, granted, this.#filtersOf);
    this.#version++;
  }

  /** Goes on with the retained messages of an earlier process, and tells the journal of every change from now on. */
  keep(journal: BrokerJournal, retained: readonly Message[]): void {
    for (const message of retained) this.#keep(message.topicName, message);
    this.#journal = journal;
  }

  /** Takes away what a session had subscribed to that has ended: nobody gets what it matches, and much of it leaves in portions. */
  forget(filters: SessionFilters | undefined): void {
    if (filters === undefined) return;
    this.#version++;
    this.#forgetSome(filters.removing());
  }

  #forgetSome(removing: Iterator<void>): void {
    for (let i = 0; i < mostForgotten; i++) if (removing.next().done === true) return;
    this.#options.soon(() => this.#forgetSome(removing));
  }

  /** Takes a session's subscriptions away. */
  dropSubscriptions(session: Session): void {
    const removing = session.unsubscribeAll()?.removing();
    while (removing?.next().done === false);
    this.#version++;
  }

  /** Visits the retained messages that a Topic Filter matches. */
  retainedMatching(topicFilter: string, visit: (message: Message) => void): void {
    this.#retained.match(topicFilter, visit);
  }

  /** What is retained goes to a new subscription (MQTT-3.3.1-6). */
  sendRetained(session: Session, topicFilter: string, granted: Qos): void {
    // Where there is no room for a message none is looked for: a few bytes of SUBSCRIBE could keep the broker busy for long.
    const { connection, sender } = session;
    if (!sender.hasRoom || (connection?.bufferedBytes ?? 0) > this.#options.limits.maxBufferedBytes) return;
    const messages: Message[] = [];
    this.#retained.match(topicFilter, (message) => messages.push(message));
    for (const message of this.#options.rules.subscribe.retainedServed(messages)) {
      this.#deliver(session, message, { granted, cause: 'new subscription', incomingDup: false });
    }
  }

  /** For a faulty broker: retained messages of all subscriptions of a session that was resumed. */
  sendAllRetained(session: Session): void {
    for (const [topicFilter, granted] of session.subscriptions) this.sendRetained(session, topicFilter, granted);
  }
}

const bytesOf = ({ topicName, payload }: Message): number => topicName.length + payload.length;

const clientOf = ({ clientId, userName }: Session, { peer }: Connection): Client => ({ ...peer, clientId, userName });
