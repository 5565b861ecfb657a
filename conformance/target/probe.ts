// Finds out what the target is and offers. In: a run's basics. Out: capabilities with evidence, or why nothing can be judged.
import type { Qos } from '../../reference/message.ts';
import type { Capability, TargetDescription } from '../verdict/report.ts';
import type { Protocol } from '../verdict/verdict.ts';
import { LinkRefused } from '../wire/link.ts';
import { anyMessage, message, publish, pubrel, subscribe, unsubscribe } from '../wire/packets.ts';
import { publishes } from '../wire/play/barrier-reached.ts';
import { Client } from '../wire/play/client.ts';
import { type Address, formatAddress } from './address.ts';
import { type Capabilities, packetSizes, severalInFlight } from './capabilities.ts';
import { Ends } from './ends.ts';
import { type AskedConnect, type Basics, connectTo, firstReplyFactor, openQuietly } from './quietly.ts';
import { ReplyTimes } from './reply-times.ts';

/** Nothing can be judged: the target cannot be reached, or is no MQTT server, or lets nobody in. A plain sentence. */
export class NoTarget extends Error {}

/** Somebody reads what is sent there, and answers a CONNECT with nothing at all: that is a verdict. Asked for something else, it is none. */
export class SilentTarget extends NoTarget {}

export interface ProbeOptions extends Basics {
  /** The protocols that the user asks for; undefined: those that the target accepts. */
  readonly protocols: readonly Protocol[] | undefined;
}

export interface ProbeResult {
  readonly capabilities: Capabilities;
  readonly description: TargetDescription;
  /** What takes longest to find out, and goes on while scenarios are played. */
  readonly ends: Ends;
}

const unanswered = 'does not answer a CONNECT';

/** Probes the target. Throws NoTarget. */
export async function probe(options: ProbeOptions): Promise<ProbeResult> {
  const prober = new Prober(options);
  try {
    return await prober.run();
  } finally {
    prober.close();
  }
}

class Prober {
  readonly #options: ProbeOptions;
  readonly #clients: Client[] = [];
  #level: 3 | 4 = 4;
  #slowestReplyMs = 0;
  readonly #replyTimes: ReplyTimes;
  /** A CONNECT was answered with nothing, by somebody who reads. */
  #isSilent = false;

  constructor(options: ProbeOptions) {
    this.#options = options;
    this.#replyTimes = new ReplyTimes(options.now);
  }

  async run(): Promise<ProbeResult> {
    const protocols = await this.#protocols();
    this.#level = protocols.includes('3.1.1') ? 4 : 3;
    await this.#serves();
    const ends = new Ends({ ...this.#options, level: this.#level });
    try {
      return { ...(await this.#find(protocols)), ends };
    } catch (error) {
      ends.close();
      throw error;
    }
  }

  async #find(protocols: readonly Protocol[]): Promise<Omit<ProbeResult, 'ends'>> {
    const names = this.#options.names;
    const [maximumQos, wildcards, sessions, emptyClientId, dollarTopics, sys, order] = await Promise.all([
      this.#maximumQos(),
      this.#grantsWildcards(),
      this.#storesSessions().catch((error) => ({ storedSessions: noSuchThing(error), tellsSessions: true })),
      this.#tryConnect({ level: 4, clientId: '' }).then((code) => code === 0),
      this.#delivers(names.dollarTopicName()),
      this.#sysTopics(),
      this.#order(),
    ]);
    const refusesStoredSessions = !sessions.storedSessions && (await this.#refusesSessions());
    const [retainedMessages, largestPacket, refusedWills, repeatsNowAndThen] = await Promise.all([
      this.#retains(maximumQos),
      this.#largestPacket(),
      this.#refusedWills(),
      maximumQos > 0 && this.#repeatsNowAndThen(),
      this.#asksForEveryReply(maximumQos),
    ]);
    const retainedWildcards = wildcards && (await this.#retains(maximumQos, '/+'));
    const flight = maximumQos === 0 ? { inFlight: 0, repeatsAtQos1: false } : await this.#inFlight();
    const found = {
      protocols,
      maximumQos,
      retainedMessages,
      ...sessions,
      wildcards,
      emptyClientId,
      dollarTopics,
    };
    const capabilities: Capabilities = {
      ...found,
      refusesStoredSessions,
      refusedWills,
      retainedWildcards,
      largestPacket,
      ...flight,
      repeatsAtQos1: flight.repeatsAtQos1 || repeatsNowAndThen,
      ...sys,
      ...order,
      slowestReplyMs: this.#slowestReplyMs,
      slowestOfAllMs: this.#replyTimes.slowestMs,
    };
    return { capabilities, description: describe(this.#options.address, capabilities) };
  }

  close(): void {
    for (const { connection } of this.#clients) connection.cut('FIN');
  }

  /** Which levels are accepted; NoTarget if none is. */
  async #protocols(): Promise<Protocol[]> {
    const asked = this.#options.protocols ?? ['3.1.1', '3.1'];
    const accepted: Protocol[] = [];
    let refusal = '';
    for (const protocol of ['3.1.1', '3.1'] as const) {
      if (!asked.includes(protocol)) continue;
      const code = await this.#tryConnect(
        { level: protocol === '3.1.1' ? 4 : 3, clientId: this.#options.names.clientId() },
        firstReplyFactor,
      );
      if (code === 0) accepted.push(protocol);
      else refusal ||= this.#refusal(protocol, code);
      // Who does not answer, or answers in another language, is not asked again.
      if (typeof code === 'string') break;
    }
    if (accepted.length === 0) throw this.#isSilent ? new SilentTarget(refusal) : new NoTarget(refusal);
    return accepted;
  }

  /** Whether anything at all is answered behind CONNACK; NoTarget if nothing is. */
  async #serves(): Promise<void> {
    const { client } = await this.#client();
    const topicFilter = this.#options.names.topicName('serves');
    client.connection.send(subscribe(client.nextPacketId(), { topicFilter, qos: 0 }), { type: 'pingreq' });
    const answer = await client.connection.waitFor(
      () => client.connection.take(() => true) ?? (client.connection.isOpen ? undefined : ('over' as const)),
      this.#options.replyMs * firstReplyFactor,
    );
    if (answer !== undefined) return;
    const where = formatAddress(this.#options.address);
    throw new NoTarget(`${where} accepts a CONNECT, and answers neither SUBSCRIBE nor PINGREQ then`);
  }

  #refusal(protocol: Protocol, code: number | string): string {
    const where = formatAddress(this.#options.address);
    if (typeof code === 'string') return `${where} ${code}. Is it an MQTT broker that speaks MQTT ${protocol}?`;
    if (code === 4 || code === 5) {
      return `${where} refuses the tester (CONNACK return code ${code}): give credentials, as in --target mqtt://user:password@host:port`;
    }
    return `${where} refuses a plain CONNECT of MQTT ${protocol} with CONNACK return code ${code}`;
  }

  /** The CONNACK's return code, or what happened instead. */
  async #tryConnect(asked: AskedConnect, factor = 1): Promise<number | string> {
    const client = await this.#open('probe');
    client.connection.send(connectTo(this.#options.address, asked));
    const arrival = await client.connection.waitFor(
      () =>
        client.connection.take(() => true) ??
        (client.connection.isOpen && !unreadable(client) ? undefined : ('over' as const)),
      this.#options.replyMs * factor,
    );
    if (arrival === undefined && client.connection.unfinished.length === 0) this.#isSilent = await this.#reads(client);
    const { isOpen, ending, unfinished } = client.connection;
    const text = printable(unfinished);
    // Whoever was let in leaves no will.
    if (isOpen && typeof arrival === 'object') client.connection.send({ type: 'disconnect' });
    client.connection.cut('FIN');
    if (arrival === undefined) return text === '' ? unanswered : `answers a CONNECT with something else: ${text}`;
    if (arrival === 'over') {
      if (unfinished.length > 0) return `answers a CONNECT with something that is no MQTT: ${text}`;
      return isOpen ? unanswered : `closes the connection (${ending?.how ?? 'FIN'}) upon a CONNECT`;
    }
    return arrival.packet.type === 'connack'
      ? arrival.packet.returnCode
      : 'answers a CONNECT with something that is no CONNACK';
  }

  /** Whether somebody answers our FIN: a process that hangs does not, though its system accepts connections for it. */
  async #reads({ connection }: Client): Promise<boolean> {
    connection.finish();
    return (await connection.waitFor(() => connection.ending)) !== undefined;
  }

  async #open(name: string): Promise<Client> {
    try {
      const client = new Client(await openQuietly(this.#options, name));
      this.#clients.push(client);
      return client;
    } catch (error) {
      if (!(error instanceof LinkRefused)) throw error;
      throw new NoTarget(unreachable(this.#options.address, error.code), { cause: error });
    }
  }

  /** A connected client; NoTarget if the target that let one in now refuses. */
  async #client(
    text: { clientId?: string; cleanSession?: boolean; timed?: boolean } = {},
  ): Promise<{ client: Client; sessionPresent: boolean }> {
    const client = await this.#open('probe');
    const { clientId = this.#options.names.clientId(), cleanSession = true, timed = true } = text;
    if (timed) this.#replyTimes.watch(client.connection);
    client.connection.send(connectTo(this.#options.address, { level: this.#level, clientId, cleanSession }));
    const connack = await client.awaits({ type: 'connack' }, this.#options.replyMs * firstReplyFactor);
    if (connack?.packet.type !== 'connack' || connack.packet.returnCode !== 0) {
      throw new NoTarget(`${formatAddress(this.#options.address)} accepted a client and then refused the next one`);
    }
    return { client, sessionPresent: connack.packet.sessionPresent };
  }

  /** QoS granted, or undefined if refused or not answered. */
  async #subscribe(client: Client, topicFilter: string, qos: Qos = 0): Promise<Qos | undefined> {
    const packetId = client.nextPacketId();
    client.connection.send(subscribe(packetId, { topicFilter, qos }));
    const sentAt = this.#options.now();
    const suback = await client.awaits({ type: 'suback', packetId });
    if (suback !== undefined) this.#slowestReplyMs = Math.max(this.#slowestReplyMs, suback.at - sentAt);
    const granted = suback?.packet.type === 'suback' ? suback.packet.returnCodes[0] : undefined;
    return granted === 0 || granted === 1 || granted === 2 ? granted : undefined;
  }

  async #maximumQos(): Promise<Qos> {
    const { client } = await this.#client();
    return (await this.#subscribe(client, this.#options.names.topicName('qos'), 2)) ?? 0;
  }

  /** A grant is enough: a grant that delivers nothing is a violation (MQTT-3.8.3-2). */
  async #grantsWildcards(): Promise<boolean> {
    const { client } = await this.#client();
    return (await this.#subscribe(client, `${this.#options.names.topicName('wildcards')}/+`)) !== undefined;
  }

  async #delivers(topicName: string): Promise<boolean> {
    const { client } = await this.#client();
    if ((await this.#subscribe(client, topicName)) === undefined) return false;
    // The client's own message on another topic comes behind it, or nearly so.
    const control = this.#options.names.topicName('control');
    await this.#subscribe(client, control);
    client.connection.send(
      publish({ topicName, payload: 'probe' }),
      publish({ topicName: control, payload: 'control' }),
    );
    await client.awaits(message('control'), this.#options.replyMs / 2);
    return (await client.awaits(message('probe'), this.#options.replyMs / 10)) !== undefined;
  }

  /** `wildcard`: what stands in the filter in place of the last level. */
  async #retains(maximumQos: Qos, wildcard?: '/+'): Promise<boolean> {
    const base = this.#options.names.topicName('retained');
    const topicName = wildcard === undefined ? base : `${base}/kept`;
    const { client } = await this.#client();
    const qos = maximumQos === 0 ? 0 : 1;
    if (!(await publishes(client, { topicName, qos, payload: 'kept', retain: true }))) return false;
    await client.pings();
    await this.#subscribe(client, wildcard === undefined ? base : `${base}${wildcard}`, qos);
    const kept = (await client.awaits(anyMessage({ topicName }), this.#options.replyMs / 2)) !== undefined;
    await publishes(client, { topicName, qos, payload: '', retain: true });
    return kept;
  }

  /** How large a PUBLISH may be before the target ends the connection upon it. Silence is no limit. */
  async #largestPacket(): Promise<number> {
    for (const bytes of packetSizes) {
      // What is answered behind megabytes says nothing about other replies.
      const { client } = await this.#client({ timed: false });
      const { connection } = client;
      const topicName = this.#options.names.topicName('size');
      const fieldBytes = 2 + topicName.length;
      const ofThatSize = publish({ topicName, payload: new Uint8Array(bytes - fieldBytes - headerBytes(bytes)) });
      connection.send(ofThatSize, { type: 'pingreq' });
      await connection.waitFor(() => (connection.isOpen ? client.take({ type: 'pingresp' }) : 'over'));
      const { isOpen } = connection;
      connection.cut('FIN');
      if (isOpen) return bytes;
    }
    return 0;
  }

  /** Kinds of replies that nothing else here asks for: they may take longer than others. */
  async #asksForEveryReply(maximumQos: Qos): Promise<void> {
    const topicName = this.#options.names.topicName('replies');
    const { client } = await this.#client();
    const packetId = client.nextPacketId();
    client.connection.send(unsubscribe(packetId, topicName));
    if (maximumQos === 2) {
      const published = client.nextPacketId();
      client.connection.send(publish({ topicName, qos: 2, packetId: published, payload: 'replies' }));
      if ((await client.awaits({ type: 'pubrec', packetId: published })) !== undefined) {
        client.connection.send(pubrel(published));
        await client.awaits({ type: 'pubcomp', packetId: published });
      }
    }
    await client.awaits({ type: 'unsuback', packetId });
  }

  /** Whether of many messages at QoS 1 any comes twice to a client that acknowledges them. */
  async #repeatsNowAndThen(): Promise<boolean> {
    const topicName = this.#options.names.topicName('repeats');
    const { client } = await this.#client({ timed: false });
    await this.#subscribe(client, topicName, 1);
    const messages = Array.from({ length: messagesForRepeats }, (_, i) =>
      publish({ topicName, qos: 1, packetId: i + 2, payload: `repeats ${i}` }),
    );
    client.connection.send(...messages);
    const came = (): string[] => payloadsAtQos1(client);
    const different = (): number => new Set(came()).size;
    await client.connection.waitFor(
      () => (different() >= messages.length ? true : undefined),
      this.#options.replyMs / 2,
    );
    return came().length > different();
  }

  /** How many messages come to a client that acknowledges none, and whether any comes again. */
  async #inFlight(): Promise<Pick<Capabilities, 'inFlight' | 'repeatsAtQos1'>> {
    const topicName = this.#options.names.topicName('flight');
    const { client: subscriber } = await this.#client();
    subscriber.acknowledging = 'by hand';
    const { client: publisher } = await this.#client();
    await this.#subscribe(subscriber, topicName, 1);
    for (let i = 0; i < severalInFlight; i++) await publishes(publisher, { topicName, qos: 1, payload: `flight ${i}` });
    const came = (): string[] => payloadsAtQos1(subscriber);
    const different = (): number => new Set(came()).size;
    await subscriber.connection.waitFor(
      () => (different() >= severalInFlight ? true : undefined),
      this.#options.replyMs / 4,
    );
    return { inFlight: different(), repeatsAtQos1: came().length > different() };
  }

  /** Level 3 cannot tell in CONNACK: there it is taken for granted, and judged by delivery. */
  async #storesSessions(): Promise<{ storedSessions: boolean; tellsSessions: boolean }> {
    if (this.#level === 3) return { storedSessions: true, tellsSessions: false };
    const clientId = this.#options.names.clientId();
    const topicName = this.#options.names.topicName('stored');
    const { client } = await this.#client({ clientId, cleanSession: false });
    await this.#subscribe(client, topicName, 1);
    client.connection.send({ type: 'disconnect' });
    client.connection.finish();
    await client.connection.waitFor(() => client.connection.ending);
    const { client: again, sessionPresent } = await this.#client({ clientId, cleanSession: false });
    const { client: publisher } = await this.#client();
    publisher.connection.send(publish({ topicName, payload: 'stored' }));
    const remembered =
      sessionPresent || (await again.awaits(message('stored'), this.#options.replyMs / 2)) !== undefined;
    again.connection.cut('FIN');
    await this.#client({ clientId, cleanSession: true });
    return { storedSessions: remembered, tellsSessions: sessionPresent };
  }

  async #refusesSessions(): Promise<boolean> {
    const clientId = this.#options.names.clientId();
    const code = await this.#tryConnect({ level: this.#level, clientId, cleanSession: false });
    return typeof code === 'number' && code > 0;
  }

  async #refusedWills(): Promise<Capabilities['refusedWills']> {
    const [plain, retained] = await Promise.all([false, true].map((retain) => this.#refusesWill(retain)));
    if (plain) return 'all';
    return retained ? 'retained' : 'none';
  }

  async #refusesWill(retain: boolean): Promise<boolean> {
    const will = {
      topicName: this.#options.names.topicName('will'),
      message: new TextEncoder().encode('probe'),
      qos: 0,
      retain,
    } as const;
    const clientId = this.#options.names.clientId();
    const code = await this.#tryConnect({ level: this.#level, clientId, will });
    return typeof code === 'number' && code > 0;
  }

  async #sysTopics(): Promise<{ sysTopics: boolean; version?: string }> {
    const { client } = await this.#client();
    await this.#subscribe(client, '$SYS/broker/version');
    await this.#subscribe(client, '$SYS/#');
    await client.pings();
    const isVersion = anyMessage({ topicName: '$SYS/broker/version' });
    const version = (await client.awaits(isVersion, this.#options.replyMs / 15))?.packet;
    const sysTopics =
      version !== undefined || client.connection.pending.some(({ packet }) => packet.type === 'publish');
    client.connection.cut('FIN');
    if (version?.type !== 'publish') return { sysTopics };
    return { sysTopics, version: printable(version.payload) };
  }

  /** Whether different topics keep their order, and whether a subscription is in effect when its SUBACK comes. */
  async #order(): Promise<{ reordersTopics: boolean; lateSubscriptions: boolean }> {
    const { client: subscriber } = await this.#client();
    const { client: publisher } = await this.#client();
    let late = false;
    const topicNames = Array.from({ length: 20 }, (_, i) => this.#options.names.topicName(`order${i}`));
    for (const topicName of topicNames) {
      if ((await this.#subscribe(subscriber, topicName)) === undefined)
        return { reordersTopics: true, lateSubscriptions: true };
      publisher.connection.send(publish({ topicName, payload: 'early' }));
      await publisher.pings();
    }
    const came = async (payload: string): Promise<number> => {
      const all = (): number => subscriber.connection.pending.filter(({ packet }) => packet.type === 'publish').length;
      await subscriber.connection.waitFor(
        () => (all() >= topicNames.length ? true : undefined),
        this.#options.replyMs / 2,
      );
      return all() + (payload === '' ? 1 : 0);
    };
    late = (await came('early')) < topicNames.length;
    subscriber.connection.pending = [];
    for (let round = 0; round < 5; round++) {
      publisher.connection.send(...topicNames.map((topicName) => publish({ topicName, payload: 'order' })));
    }
    await came('order');
    await subscriber.pings();
    const order = subscriber.connection.pending.flatMap(({ packet }) =>
      packet.type === 'publish' ? [packet.topicName] : [],
    );
    const reordered = order.some((topicName, i) => topicName !== topicNames[i % topicNames.length]);
    return { reordersTopics: reordered, lateSubscriptions: late };
  }
}

/** What came above QoS 0, in words. */
const payloadsAtQos1 = ({ connection }: Client): string[] =>
  connection.pending.flatMap(({ packet }) =>
    packet.type === 'publish' && packet.qos > 0 ? [Buffer.from(packet.payload).toString('latin1')] : [],
  );

/** Of so many, one in twenty is seen. */
const messagesForRepeats = 60;

/** Bytes of the fixed header of a packet of so many bytes. */
const headerBytes = (bytes: number): number => 1 + (bytes < 130 ? 1 : bytes < 16_387 ? 2 : bytes < 2_097_156 ? 3 : 4);

/** A target that refuses a CONNECT with CleanSession 0 stores no sessions, as far as probing can tell. */
function noSuchThing(error: unknown): false {
  if (error instanceof NoTarget) return false;
  throw error;
}

const unreadable = (client: Client): boolean =>
  client.connection.unfinished.length > 0 && /^[ -~]{4}/.test(printable(client.connection.unfinished));
const printable = (bytes: Uint8Array): string =>
  Buffer.from(bytes.subarray(0, 120))
    .toString('latin1')
    .replace(/[^ -~]+/g, ' ')
    .trim()
    .slice(0, 60);

const spoken: Readonly<Record<Address['scheme'], string>> = {
  mqtt: 'MQTT',
  mqtts: 'MQTT over TLS',
  ws: 'MQTT over WebSocket',
  wss: 'MQTT over WebSocket and TLS',
};

/** Why a link could not be opened, and what to do. */
export function unreachable(address: Address, code: string): string {
  const where = `${address.host}:${address.port}`;
  switch (code) {
    case 'ECONNREFUSED':
      return `cannot reach ${where}: connection refused. Is the broker running, and on this port?`;
    case 'ETIMEDOUT':
      return `cannot reach ${where}: no answer. Is the address right, and does a firewall let it through?`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `cannot reach ${where}: there is no host of that name`;
    case 'ECONNRESET':
    case 'EPROTO':
      return `cannot talk to ${where}: it ends the connection. Does it speak ${spoken[address.scheme]} on this port?`;
    default:
      return `cannot reach ${where}: ${code}`;
  }
}

function describe(address: Address, capabilities: Capabilities): TargetDescription {
  const { protocols, version, ...rest } = capabilities;
  const list: Capability[] = [
    { name: 'protocols', value: protocols.join(', ') },
    { name: 'maximum QoS', value: rest.maximumQos },
    { name: 'retained messages', value: rest.retainedMessages },
    { name: 'stored sessions', value: rest.storedSessions },
    { name: 'tells of stored sessions', value: rest.tellsSessions },
    { name: 'refuses CleanSession 0', value: rest.refusesStoredSessions },
    { name: 'refuses wills', value: rest.refusedWills },
    { name: 'wildcards', value: rest.wildcards },
    { name: 'retained messages by wildcard', value: rest.retainedWildcards },
    {
      name: 'messages in flight',
      value: rest.inFlight >= severalInFlight ? `${severalInFlight} or more` : rest.inFlight,
    },
    {
      name: 'bytes of the largest packet',
      value: rest.largestPacket === packetSizes[0] ? `${packetSizes[0]} or more` : rest.largestPacket,
    },
    { name: 'repeats messages at QoS 1', value: rest.repeatsAtQos1 },
    { name: 'empty client id', value: rest.emptyClientId },
    { name: 'delivers $-topics of clients', value: rest.dollarTopics },
    { name: '$SYS topics', value: rest.sysTopics },
    { name: 'reorders topics', value: rest.reordersTopics },
    { name: 'subscriptions effective late', value: rest.lateSubscriptions },
  ];
  return {
    address: formatAddress(address),
    protocols,
    capabilities: list,
    ...(version === undefined ? {} : { version }),
  };
}
