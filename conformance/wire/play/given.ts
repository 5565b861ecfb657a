// Sets the scene of a scenario. What fails here says nothing about the statement: the scenario is inconclusive.
import type { Connect } from '../../../reference/codec/packet.ts';
import type { Qos } from '../../../reference/message.ts';
import type { Scenario } from '../../scenarios/scenario.ts';
import { type DisputeId, otherReading, type ReadingName, readingOf } from '../../spec/readings.ts';
import type { Address } from '../../target/address.ts';
import { type Capabilities, packetSizes } from '../../target/capabilities.ts';
import type { Hints } from '../../target/hints.ts';
import type { Protocol } from '../../verdict/verdict.ts';
import { Connection } from '../connection.ts';
import { describePacket } from '../describe.ts';
import { LinkRefused } from '../link.ts';
import type { ObservedPublish } from '../observer.ts';
import { type Expected, type ExpectedMessage, type Met, type Payload, payloadBytes, subscribe } from '../packets.ts';
import { elapse } from '../patience.ts';
import { field } from '../raw.ts';
import { Tracer } from '../tracer.ts';
import { handshake } from './barrier-reached.ts';
import { type Acknowledging, Client } from './client.ts';
import { Leftovers } from './leftovers.ts';
import { type Recorder, Skipped, Stopped } from './recorder.ts';
import type { RunContext } from './run-context.ts';

export interface WillText {
  readonly topicName: string;
  readonly message: Payload;
  readonly qos?: Qos;
  readonly retain?: boolean;
}

export interface ConnectText {
  readonly clientId?: string;
  /** True unless told otherwise. */
  readonly cleanSession?: boolean;
  /** Seconds; 0, no keep-alive, unless told otherwise. */
  readonly keepAlive?: number;
  readonly will?: WillText;
  /** Another protocol than that of the run. */
  readonly protocol?: Protocol;
  /** By default the credentials of the target's address, if it has any. */
  readonly credentials?: { readonly userName: string; readonly password?: Payload };
}

export interface ClientText extends ConnectText {
  /** Its lane in the ladder. */
  readonly name?: string;
  readonly acknowledging?: Acknowledging;
}

export interface GivenOptions {
  readonly scenario: Scenario;
  readonly protocol: Protocol;
  readonly run: RunContext;
  readonly tracer: Tracer;
  readonly recorder: Recorder;
  readonly waitsFor: (what: string, forMs?: number) => void;
}

export class Given {
  readonly #options: GivenOptions;
  readonly #clients: Client[] = [];
  /** Of this scenario alone. */
  readonly #leftovers = new Leftovers();
  #over = false;
  #turnedAway = false;
  /** How many connections have a name, also those that are still being opened: each is a lane of its own. */
  readonly #named = new Map<string, number>();

  constructor(options: GivenOptions) {
    this.#options = options;
  }

  /** One of its connections was ended before anything came, could not be opened, or was told that the server is unavailable. */
  get wasTurnedAway(): boolean {
    return this.#turnedAway;
  }

  get capabilities(): Capabilities {
    return this.#options.run.capabilities;
  }

  /** What the user has told of the target. */
  get hints(): Hints {
    return this.#options.run.hints;
  }

  /** What takes a slow target long is wanted all the same. */
  get thorough(): boolean {
    return this.#options.run.thorough;
  }

  /**
   * How a disputed sentence is read: a verdict for each reading, and what to say of it.
   * `closed().as(...given.disputed('dup-at-qos-0', { close: 'pass', 'sender-alone': 'observed' }))`
   */
  disputed<V extends string>(id: DisputeId, verdicts: Partial<Record<ReadingName, V>>): [verdict: V, because: string] {
    const { readings } = this.#options.run;
    const { name } = readingOf(id, readings);
    const verdict = verdicts[name as ReadingName];
    if (verdict === undefined) throw new TypeError(`no verdict for ${id} read as ${name}`);
    return [verdict, otherReading(id, readings)];
  }

  get protocol(): Protocol {
    return this.#options.protocol;
  }

  /** Longest time in milliseconds to wait for an end by keep-alive, counted from when it is due. */
  get lateKeepAliveMs(): number {
    return this.#options.run.lateKeepAliveMs;
  }

  /** A bound in milliseconds for what the standard does not ask to be prompt, such as a will (section 3.1.2.5). */
  get unhurriedMs(): number {
    return this.#options.run.patience.replyMs * 2;
  }

  /** Milliseconds since the run began. */
  now(): number {
    return this.#options.run.now();
  }

  /** A fresh client id of at most 23 digits and letters. */
  clientId(): string {
    return this.#options.run.names.clientId();
  }

  /** A topic name that nobody else uses; the suffix is what a reader shall see. */
  topicName(suffix?: string): string {
    return this.#options.run.names.topicName(suffix);
  }

  dollarTopicName(suffix?: string): string {
    return this.#options.run.names.dollarTopicName(suffix);
  }

  /** A CONNECT at the level of the run, with the target's credentials. */
  connect(text: ConnectText = {}): Connect {
    const { clientId = this.clientId(), cleanSession = true, keepAlive = 0, will, protocol = this.protocol } = text;
    if (!cleanSession && clientId !== '' && this.capabilities.refusesStoredSessions)
      return this.skip('the target refuses CleanSession 0');
    if (will !== undefined) this.wills(will);
    const common = {
      type: 'connect',
      protocolLevel: protocol === '3.1' ? 3 : 4,
      clientId,
      cleanSession,
      keepAlive,
      ...(will === undefined ? {} : { will: willOf(will) }),
    } as const;
    const { userName, password } = text.credentials ?? this.#options.run.address;
    if (userName === undefined) return common;
    return { ...common, userName, ...(password === undefined ? {} : { password: payloadBytes(password) }) };
  }

  /** Ends the scenario as skipped where the target refuses such a will, as section 3.1.4 leaves to a server's policy. */
  wills({ retain = false }: Pick<WillText, 'retain'> = {}): void {
    const { refusedWills } = this.capabilities;
    if (refusedWills === 'all') this.skip('the target refuses wills');
    if (refusedWills === 'retained' && retain) this.skip('the target refuses wills with Will Retain 1');
  }

  /** QoS for messages that must not get lost where the QoS is not what is judged: 1, or 0 where the target grants no more. */
  get assuredQos(): 0 | 1 {
    return this.capabilities.maximumQos === 0 ? 0 : 1;
  }

  /** User name of the target's address. */
  get userName(): string | undefined {
    return this.#options.run.address.userName;
  }

  /** User name and password of the target's address, as flags and fields of a raw CONNECT. */
  credentialFields(): { readonly flags: number; readonly fields: readonly Uint8Array[] } {
    const { userName, password } = this.#options.run.address;
    if (userName === undefined) return { flags: 0, fields: [] };
    if (password === undefined) return { flags: 0x80, fields: [field(userName)] };
    return { flags: 0xc0, fields: [field(userName), field(password)] };
  }

  /** Plays all cases side by side, to their ends; what went wrong in one does not hide the others. */
  async each<T>(cases: readonly T[], play: (one: T) => Promise<void>): Promise<void> {
    const outcomes = await Promise.allSettled(cases.map((one) => play(one)));
    const broken = outcomes.find(({ status }) => status === 'rejected');
    if (broken?.status === 'rejected') throw broken.reason;
  }

  /** A connection on which nothing was sent yet. `watched: false` where another protocol than MQTT 3.1.1 is spoken on purpose. */
  async connection(
    name = 'client',
    { watched = true, address = this.#options.run.address }: { watched?: boolean; address?: Address } = {},
  ): Promise<Client> {
    const { run, tracer, scenario } = this.#options;
    const unique = this.#uniqueName(name);
    await run.admit();
    this.#expectTime();
    try {
      const connection = await Connection.open({
        name: unique,
        address,
        tracer,
        patience: run.patience,
        now: run.now,
        watchers: [
          ...(watched ? run.invariants(scenario.id, unique) : []),
          ...(run.onlooker === undefined ? [] : [run.onlooker(scenario.id, unique)]),
        ],
      });
      connection.watch({
        sent: (_bytes, packet) => {
          if (packet === undefined) return;
          run.leftovers.sent(packet);
          this.#leftovers.sent(packet);
        },
        received: ({ packet }) => {
          if (packet.type === 'connack' && packet.returnCode === serverUnavailable) this.#turnsAway(client);
        },
        ended: (by) => {
          if (by === 'target' && connection.nextSequence === 0) this.#turnsAway(client);
        },
      });
      const client = new Client(connection, run.names);
      client.isRepeatedTo = run.capabilities.repeatsAtQos1;
      this.#clients.push(client);
      // It was being opened when all ended.
      if (this.#over) connection.cut('FIN');
      this.#expectTime();
      return client;
    } catch (error) {
      if (!(error instanceof LinkRefused)) throw error;
      this.#turnedAway = true;
      return this.#options.recorder.inconclusive(`the target could not be reached: ${error.code}`);
    }
  }

  /** Others who come now tell whether that is so with everybody; who sends what is no plain CONNECT is likely to have earned it. */
  #turnsAway({ connect }: Client): void {
    this.#turnedAway = true;
    if (connect !== undefined) this.#options.run.turnedAway();
  }

  /** A connection over WebSocket on which nothing was sent yet. */
  webSocket(name = 'client'): Promise<Client> {
    const { websocket } = this.hints;
    if (websocket === undefined) return this.skip('no WebSocket address is known');
    return this.connection(name, { address: websocket });
  }

  /** A connected client. */
  async client(text: ClientText = {}): Promise<Client> {
    const client = await this.connection(text.name);
    client.acknowledging = text.acknowledging ?? 'automatically';
    client.connection.send(this.connect(text));
    const connack = await client.gets({ type: 'connack' });
    if (connack?.packet.type !== 'connack' || connack.packet.returnCode !== 0) {
      const came = connack?.packet.type === 'connack' ? `return code ${connack.packet.returnCode}` : 'no CONNACK';
      return this.#options.recorder.inconclusive(`${client.name} could not connect: ${came}`);
    }
    client.mark = client.connection.nextSequence;
    if (text.cleanSession === false) client.takenBefore = this.#takenInSessionOf(client);
    return client;
  }

  /** What other connections have taken of messages that a target sends more than once. */
  #takenInSessionOf({ clientId, isRepeatedTo }: Client): readonly ObservedPublish[] {
    if (!isRepeatedTo) return [];
    return this.#clients.filter((one) => one.clientId === clientId).flatMap((one) => one.takenAtQos1);
  }

  /** What a CONNACK for a stored session says, where the target says it at all: if it never does, that is judged once. */
  toldOfSession(): { readonly sessionPresent?: true } {
    return this.protocol !== '3.1' && this.capabilities.tellsSessions ? { sessionPresent: true } : {};
  }

  /** The client of a stored session, connected again. Without its session the scenario is inconclusive. */
  async resumed(before: Client, text: Omit<ClientText, 'clientId' | 'cleanSession'> = {}): Promise<Client> {
    const name = `${before.name.replace(/ again( \d+)?$/, '')} again`;
    const { acknowledging } = before;
    const client = await this.client({ name, acknowledging, ...text, clientId: before.clientId, cleanSession: false });
    const { sessionPresent: told } = this.toldOfSession();
    this.that(told === undefined || client.sessionPresent === true, `${client.name} found no session`);
    return client;
  }

  /** The target has read all acknowledgements of this client, whose connection may end now without a message coming again. */
  async settled(client: Client): Promise<void> {
    this.that(await client.settles(), `${client.name} could not end its handshakes`);
  }

  /** A packet of the target without which the scenario makes no sense. */
  async arrival<E extends Expected>(client: Client, expected: E): Promise<Met<E>> {
    const arrival = await client.gets(expected);
    if (arrival === undefined) {
      return this.#options.recorder.inconclusive(`${client.name} did not get ${describePacket(expected)}`);
    }
    return arrival.packet as Met<E>;
  }

  /** A connected client whose subscription is granted as asked. */
  async subscriber(topicFilter: string | readonly string[], text: ClientText & { qos?: Qos } = {}): Promise<Client> {
    const { qos = 0, ...rest } = text;
    const client = await this.client({ name: 'subscriber', ...rest });
    for (const filter of typeof topicFilter === 'string' ? [topicFilter] : topicFilter) {
      await this.subscription(client, filter, qos);
    }
    return client;
  }

  /** A subscription on a client that is connected. */
  async subscription(client: Client, topicFilter: string, qos: Qos = 0): Promise<void> {
    const packetId = client.nextPacketId();
    client.connection.send(subscribe(packetId, { topicFilter, qos }));
    const suback = await client.getsOwed({ type: 'suback', packetId });
    if (suback === 'kept back') this.#options.recorder.keptBack('suback', client);
    const granted =
      suback !== 'kept back' && suback?.packet.type === 'suback' ? suback.packet.returnCodes[0] : undefined;
    if (granted === undefined) return this.#options.recorder.inconclusive(`SUBSCRIBE "${topicFilter}" got no SUBACK`);
    client.granted.set(topicFilter, granted);
    // A server may refuse any filter (section 3.9.3).
    if (granted === 0x80) return this.skip(`the target refuses the subscription "${topicFilter}"`);
    // A lower QoS is the target's right, a higher one a remark of its own: neither is what the scenario builds on.
    if (granted !== qos) {
      return this.#options.recorder.inconclusive(
        `the subscription "${topicFilter}" at QoS ${qos} was granted QoS ${granted}`,
      );
    }
    if (this.capabilities.lateSubscriptions) await elapse(lateSubscriptionMs);
    client.mark = client.connection.nextSequence;
  }

  /**
   * A client that subscribes anew and is to find these retained messages, or none. That a PUBLISH is acknowledged does not say that it is
   * retained already: where the client finds something else, a later one looks again. What the last one finds is for a check to judge.
   */
  async newSubscriber(
    topicFilter: string,
    { finds, ...text }: ClientText & { qos?: Qos; finds: readonly ExpectedMessage[] },
  ): Promise<Client> {
    for (let tries = 1; ; tries++) {
      const client = await this.subscriber(topicFilter, text);
      if (tries === mostTries || (await this.#found(client, finds))) return client;
      client.connection.send({ type: 'disconnect' });
      client.connection.cut('FIN');
    }
  }

  async #found(client: Client, finds: readonly ExpectedMessage[]): Promise<boolean> {
    if (finds.length === 0)
      return (await client.pings()) && !client.connection.pending.some(({ packet }) => packet.type === 'publish');
    // Tries share the patience of one wait: the last one's silence is waited for by the check.
    const boundMs = client.connection.replyMs / (mostTries - 1);
    for (const one of finds) if (!(await client.hasGot(one, boundMs))) return false;
    return true;
  }

  /** A retained message, published by a client that has left. Cleared at the end of the run. */
  async retained(text: { topicName: string; payload: Payload; qos?: Qos }): Promise<void> {
    const publisher = await this.client({ name: 'publisher of a retained message' });
    const { qos = 1 } = text;
    const payload = payloadBytes(text.payload);
    const outcome = await handshake(publisher, { topicName: text.topicName, payload, qos, retain: true });
    if (outcome !== 'complete') {
      if (outcome !== 'broken off') this.#options.recorder.keptBack(outcome.owing, publisher);
      this.#options.recorder.inconclusive('the retained message was not acknowledged');
    }
    if (qos === 0) await publisher.pings();
    publisher.connection.send({ type: 'disconnect' });
    publisher.connection.cut('FIN');
  }

  /** Stops the target, starts it again, and waits until it lets clients in. */
  async restart(): Promise<void> {
    const { restart } = this.hints;
    if (restart === undefined) return this.skip('nobody has told how to restart the target');
    const { tracer, recorder } = this.#options;
    this.#options.waitsFor('the target is restarted');
    tracer.note('the target is restarted');
    try {
      await restart();
    } catch (error) {
      return recorder.inconclusive(
        `the target could not be restarted: ${error instanceof Error ? error.message : error}`,
      );
    }
    const until = this.now() + restartedWithinMs;
    while (!(await this.#letsIn())) {
      if (this.now() > until)
        return recorder.inconclusive(`the target lets nobody in ${restartedWithinMs / 1_000} s after its restart`);
      await elapse(betweenTriesMs);
    }
    tracer.note('the target is back');
  }

  /** Whether the target accepts a client by now. */
  async #letsIn(): Promise<boolean> {
    const { address, patience, now } = this.#options.run;
    try {
      const tracer = new Tracer({ now, secrets: [] });
      const connection = await Connection.open({ name: 'first one', address, tracer, patience, now, watchers: [] });
      const client = new Client(connection);
      connection.send(this.connect());
      const connack = await client.awaits({ type: 'connack' });
      connection.send({ type: 'disconnect' });
      connection.cut('FIN');
      return connack?.packet.type === 'connack' && connack.packet.returnCode === 0;
    } catch (error) {
      if (error instanceof LinkRefused) return false;
      throw error;
    }
  }

  /**
   * Connects so many times, one after another, and ends each connection by RST behind its CONNECT, without waiting: sooner or later the
   * target loses one between its CONNACK and what it owes behind that. Too many connections for a ladder: a note tells of them.
   */
  async connectsInVain(connect: Connect, times: number): Promise<void> {
    const { address, patience, now, leftovers, admit } = this.#options.run;
    this.#options.tracer.note(
      `${times} connections as "${connect.clientId}", each ended by RST right behind its CONNECT`,
    );
    leftovers.sent(connect);
    for (let i = 0; i < times; i++) {
      await admit();
      this.#expectTime();
      const tracer = new Tracer({ now, secrets: [] });
      try {
        const connection = await Connection.open({ name: 'cut', address, tracer, patience, now, watchers: [] });
        connection.send(connect);
        // Behind another turn each time: the bytes of both may be read at different times.
        for (let turns = i % 4; turns > 0; turns--) await nextTurn();
        connection.cut('RST');
      } catch (error) {
        if (!(error instanceof LinkRefused)) throw error;
        return this.#options.recorder.inconclusive(`the target could not be reached: ${error.code}`);
      }
    }
  }

  /** Ends the scenario as inconclusive unless the condition holds. */
  that(holds: boolean, reasonIfNot: string): void {
    if (!holds) this.#options.recorder.inconclusive(reasonIfNot);
  }

  /**
   * Ends the scenario as skipped where the target ends connections upon packets of that size, or drops them: the standard leaves no room
   * for a limit, but operators do, and a server may end a connection at any time. `bytes`: of a whole packet.
   */
  packetsOf(bytes: number): void {
    const { largestPacket } = this.capabilities;
    if (bytes > largestPacket)
      this.skip(`the target does not take packets of ${packetSizes.findLast((size) => size > largestPacket)} bytes`);
  }

  /** The same of a PUBLISH with a payload of so many bytes. */
  payloadsOf(bytes: number): void {
    if (!this.takesPayload(bytes)) this.packetsOf(bytes + otherFields);
  }

  /** Whether a PUBLISH with a payload of so many bytes does not end its connection for its size. */
  takesPayload(bytes: number): boolean {
    return bytes <= smallPayload || bytes + otherFields <= this.capabilities.largestPacket;
  }

  /** Ends the scenario as skipped: the target does not have what it needs. */
  skip(reason: string): never {
    throw new Skipped(reason);
  }

  /** Lets real time go by, because the standard speaks of time. Shown in the live line. */
  async time(ms: number, what: string): Promise<void> {
    this.#options.waitsFor(what, ms);
    this.#options.tracer.note(`${what}: ${Math.round(ms)} ms go by`);
    await elapse(ms);
  }

  /** Says for the live line what is waited for, and how long if that is known. */
  waitsFor(what: string, forMs?: number): void {
    this.#options.waitsFor(what, forMs);
  }

  /** Resolves when everything else of the run is done: for silence that no bound can end. */
  restOfRun(): Promise<void> {
    const { restOfRun } = this.#options.run;
    return elapse(longestRunMs, restOfRun);
  }

  random(): number {
    return this.#options.run.random();
  }

  closeAll(): void {
    this.#over = true;
    for (const { connection } of this.#clients) {
      if (connection.isOpen && connection.nextSequence > 0) connection.send({ type: 'disconnect' });
      connection.cut('FIN');
    }
    this.#options.run.sweep(this.#leftovers.topicNames);
  }

  /** What opens connections after the end would leave sessions behind that nobody clears. Throws Stopped. */
  #expectTime(): void {
    if (this.#over) throw new Stopped('the scenario was ended');
  }

  #uniqueName(name: string): string {
    const number = (this.#named.get(name) ?? 0) + 1;
    this.#named.set(name, number);
    return number === 1 ? name : `${name} ${number}`;
  }
}

/** Return code of CONNACK. */
const serverUnavailable = 3;
/** Everybody takes these. */
const smallPayload = 1_000;
/** Fixed header, Topic Name and Packet Identifier of a scenario's PUBLISH, at most. */
const otherFields = 80;
/** Where a subscription is effective only after its SUBACK. */
const lateSubscriptionMs = 250;
const mostTries = 6;
const longestRunMs = 600_000;
/** A large broker takes its time until it listens. */
const restartedWithinMs = 60_000;
const betweenTriesMs = 100;

const nextTurn = (): Promise<void> => new Promise((done) => setImmediate(done));

function willOf({ topicName, message, qos = 0, retain = false }: WillText): NonNullable<Connect['will']> {
  return { topicName, message: payloadBytes(message), qos, retain };
}
