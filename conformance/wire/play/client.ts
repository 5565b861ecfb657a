// A client that the tester plays: a connection, and what a scenario needs to know of its conversation.
import type { Connect, Packet, Publish } from '../../../reference/codec/packet.ts';
import type { Qos } from '../../../reference/message.ts';
import type { Arrival, Connection } from '../connection.ts';
import type { Observed, ObservedPublish } from '../observer.ts';
import { type Expected, meets, puback, pubcomp, pubrec } from '../packets.ts';
import { mostNewcomers, type Outwaited } from '../patience.ts';
import { Recent } from '../recent.ts';
import type { Names } from './names.ts';

export type Acknowledging = 'automatically' | 'by hand';

/** Where no violation hangs on it, less patience will do. */
const fewNewcomers = 8;
/** Of so many messages the acknowledgements may cross what is sent again. */
const mostCrossing = 1_000;
/** So many of the messages that it has published are kept, or twice as many: they may have to be published again. */
const mostPublished = 1_000;
/** A target that never stops sending is not waited for without end. */
const mostWindows = 60;

export class Client {
  readonly connection: Connection;
  /** The CONNECT by which it came, if it was sent as a packet. */
  connect: Connect | undefined;
  /** Whether PUBLISH and PUBREL of the target are answered at once. */
  acknowledging: Acknowledging = 'automatically';
  /** QoS granted by filter. */
  readonly granted = new Map<string, number>();
  /** What it has published last as packets, in its order. */
  readonly published: Publish[] = [];
  /** It has published messages again because they were lost at QoS 0: a subscriber may get several of each, in any order. */
  hasPublishedAgain = false;
  /** The packet that a check or a wait took last, but for PINGRESP. */
  lastTaken: Observed | undefined;
  /** The target sends messages at QoS 1 more than once, as it may (MAY-3.3.1.1-a). */
  isRepeatedTo = false;
  /** What checks and waits have taken of such messages. */
  readonly takenAtQos1: ObservedPublish[] = [];
  /** The same of earlier connections of its session: a copy under another identifier was not acknowledged with it. */
  takenBefore: readonly ObservedPublish[] = [];
  /** What the last CONNACK said; means nothing at level 3. */
  sessionPresent: boolean | undefined;
  /** The last CONNACK let it in: without that, a PINGREQ would be a violation of its own. */
  isLetIn = false;
  /** Messages under names of others, which it did not ask for: a target may assign subscriptions of its own (section 4.5). */
  readonly unasked: Observed[] = [];
  /** Arrivals from here on are reactions to the last thing sent. */
  mark = 0;
  #packetId = 0;
  /** Messages that may come again under their identifiers: those that are not acknowledged, and the last that are. */
  readonly #repeatable = new Map<number, Observed>();
  readonly #acknowledged = new Recent<Observed>(mostCrossing);
  /** Identifiers of messages at QoS 2 for which no PUBREL has come yet. */
  readonly #unreleased = new Set<number>();
  /** Identifiers for which PUBREL has come, and the PUBRELs that came for them again. */
  readonly #released = new Set<number>();
  readonly #resentPubrels = new WeakSet<Observed>();
  readonly #names: Names | undefined;
  /** It has subscribed to names of its own run alone. */
  #keepsToOwnNames = true;

  constructor(connection: Connection, names?: Names) {
    this.connection = connection;
    this.#names = names;
    connection.watch({
      sent: (_bytes, packet) => this.#sent(packet),
      received: ({ packet }) => this.#received(packet),
      ended: () => {},
    });
  }

  get lastPublish(): Publish | undefined {
    return this.published.at(-1);
  }

  get name(): string {
    return this.connection.name;
  }

  /** Client id of its CONNECT. */
  get clientId(): string {
    return this.connect?.clientId ?? '';
  }

  /** An identifier not used before by this client. */
  nextPacketId(): number {
    this.#packetId = (this.#packetId % 65_535) + 1; // 0 is no identifier (MQTT-2.3.1-1)
    return this.#packetId;
  }

  /** What came since the last stimulus and was not used by a check. */
  unused(): Arrival[] {
    return this.connection.pending.filter(({ sequence }) => sequence >= this.mark);
  }

  /** Takes the first unused arrival that is as expected. */
  take(expected: Expected): Arrival | undefined {
    const taken = this.connection.take(({ packet }) => meets(packet, expected));
    if (taken !== undefined && expected.type !== 'pingresp') this.lastTaken = taken.packet;
    if (this.isRepeatedTo && taken?.packet.type === 'publish' && taken.packet.qos === 1)
      this.takenAtQos1.push(taken.packet);
    return taken;
  }

  /** Waits for a packet, whatever comes before it. Undefined when it did not come in time or the connection ended. */
  async awaits(expected: Expected, boundMs?: number): Promise<Arrival | undefined> {
    const found = await this.connection.waitFor(
      () => this.take(expected) ?? (this.connection.isOpen ? undefined : ('ended' as const)),
      boundMs,
    );
    return found === 'ended' ? undefined : found;
  }

  /** Whether a packet comes; it stays for a check. */
  async hasGot(expected: Expected, boundMs?: number): Promise<boolean> {
    const { connection } = this;
    const look = (): boolean | undefined =>
      connection.pending.some(({ packet }) => meets(packet, expected)) || (connection.isOpen ? undefined : false);
    return (await this.waitsFor(look, boundMs)).found ?? false;
  }

  /** Waits until `look` finds something, beyond the bound too where the target is slow. */
  async waitsFor<T>(look: () => T | undefined, boundMs?: number): Promise<Outwaited<T>> {
    const found = await this.connection.waitFor(look, boundMs);
    return found === undefined ? this.looksAgain(look) : { found };
  }

  /** Waits for a packet without which a scenario makes no sense; who is busy is waited for. */
  async gets(expected: Expected): Promise<Arrival | undefined> {
    const { found } = await this.waitsFor(
      () => this.take(expected) ?? (this.connection.isOpen ? undefined : ('ended' as const)),
    );
    return found === 'ended' ? undefined : found;
  }

  /** Waits for an answer that is due whatever the circumstances. `kept back`: the target serves this connection and others, and does not give it. */
  async getsOwed(expected: Expected): Promise<Arrival | 'kept back' | undefined> {
    const { found, silence } = await this.waitsFor(
      () => this.take(expected) ?? (this.connection.isOpen ? undefined : ('ended' as const)),
    );
    if (found !== undefined) return found === 'ended' ? undefined : found;
    if (silence === 'busy' || !(await this.pings())) return undefined;
    return this.take(expected) ?? 'kept back';
  }

  /**
   * Waits for what is due while nothing at all is sent, until the target is told from a slow one. `held back`: it comes as soon as PINGREQ is
   * sent. It stays for a check.
   */
  async getsUnprompted(expected: Expected): Promise<'came' | 'held back' | 'not at all' | 'busy'> {
    const { connection } = this;
    const look = (): true | undefined =>
      connection.pending.some(({ packet }) => meets(packet, expected)) || !connection.isOpen ? true : undefined;
    const { silence } = (await connection.waitFor(look)) === undefined ? await this.outwaits(look) : {};
    if (silence === undefined) return 'came';
    if (silence === 'busy') return 'busy';
    connection.send({ type: 'pingreq' });
    return (await connection.waitFor(look)) === undefined ? 'not at all' : 'held back';
  }

  /** Waits as long as something comes, each time for the bound of a reply: who is slow with many messages is not silent. */
  async inFlow<T>(look: () => T | undefined): Promise<T | undefined> {
    const { connection } = this;
    for (let windows = 0; windows < mostWindows; windows++) {
      const before = connection.nextSequence;
      const found = await connection.waitFor(look);
      if (found !== undefined || connection.nextSequence === before) return found;
    }
    return undefined;
  }

  /** PINGREQ, and whether its PINGRESP came: the target has read what was sent before. */
  async pings(): Promise<boolean> {
    return (await this.pinged(fewNewcomers)).found === true;
  }

  /**
   * Whether the target has read all acknowledgements that are due to it. One that it has not read when the connection ends is as good as not
   * sent: it sends again.
   */
  async settles(): Promise<boolean> {
    const look = (): boolean | undefined =>
      !this.connection.isOpen ? false : this.#unreleased.size === 0 ? true : undefined;
    return (await this.waitsFor(look)).found === true && (await this.pings());
  }

  /** PINGREQ, and its PINGRESP or what its absence says. */
  async pinged(newcomers = mostNewcomers): Promise<Outwaited<boolean>> {
    const { connection } = this;
    if (!connection.isOpen) return { found: false };
    connection.send({ type: 'pingreq' });
    const look = (): boolean | undefined => this.#takesPingresp() ?? (connection.isOpen ? undefined : false);
    const found = await connection.waitFor(look);
    return found === undefined ? connection.outwait(look, { newcomers, atLeastMs: 0 }) : { found };
  }

  /**
   * Looks again once the target has caught up with this very connection, however late: PINGREQ is answered, and a newcomer served, since
   * answers need not keep the order of requests. Who answers nothing is waited for as long as many newcomers take.
   */
  async looksAgain<T>(look: () => T | undefined): Promise<Outwaited<T>> {
    const { connection } = this;
    if (!connection.isOpen || !this.isLetIn) return this.outwaits(look);
    connection.send({ type: 'pingreq' });
    let caughtUp = false;
    const looked = await this.outwaits(() => {
      caughtUp ||= this.#takesPingresp() !== undefined;
      const found = look();
      return found !== undefined || caughtUp ? { found } : undefined;
    });
    if (looked.found === undefined) return looked;
    const { found } = looked.found;
    if (found === undefined) return connection.outwait(look, { newcomers: 1, atLeastMs: 0 });
    // No later PINGREQ shall take this answer for its own.
    if (!caughtUp) await connection.waitFor(() => this.#takesPingresp() ?? (connection.isOpen ? undefined : false));
    return { found };
  }

  /** Waits on, behind a bound that has run out, until it is known whether the target is slow or silent. */
  async outwaits<T>(look: () => T | undefined): Promise<Outwaited<T>> {
    const { connection } = this;
    const found = look();
    if (found !== undefined) return { found };
    if (!connection.isOpen) return { silence: 'ignored' };
    // Behind a refusal nothing is due but the end, which takes no time.
    if (this.sessionPresent !== undefined && !this.isLetIn)
      return connection.outwait(look, { newcomers: 1, atLeastMs: 0 });
    return connection.outwait(look, { newcomers: mostNewcomers, atLeastMs: connection.silenceMs });
  }

  #takesPingresp(): true | undefined {
    return this.take({ type: 'pingresp' }) === undefined ? undefined : true;
  }

  /**
   * A PUBLISH that is sent again with DUP 1 on a live connection, as it may be (section 4.4), is no second message.
   * At QoS 2 that ends with PUBREL (section 4.3.3); at QoS 1 PUBACK may cross it.
   */
  #isRepeated(packet: Observed): boolean {
    if (packet.type === 'pubrel') {
      this.#repeatable.delete(packet.packetId);
      this.#acknowledged.delete(packet.packetId);
    }
    if (packet.type !== 'publish' || packet.packetId === undefined) return false;
    const before = this.#repeatable.get(packet.packetId) ?? this.#acknowledged.get(packet.packetId);
    this.#repeatable.set(packet.packetId, packet);
    return packet.dup && before?.type === 'publish' && meets(packet, { ...before, dup: true });
  }

  #sent(packet: Packet | undefined): void {
    if (packet?.type === 'puback') return this.#acknowledges(packet.packetId);
    if (packet?.type === 'publish' && this.published.push(packet) === 2 * mostPublished)
      this.published.splice(0, mostPublished);
    if (packet?.type === 'connect') this.connect = packet;
    if (packet?.type === 'publish') this.#names?.publishesTo(packet.topicName);
    if (packet?.type === 'connect' && packet.will !== undefined) this.#names?.publishesTo(packet.will.topicName);
    // Bytes that are no packet may ask for anything.
    const asked = packet?.type === 'subscribe' ? packet.subscriptions.map(({ topicFilter }) => topicFilter) : [];
    this.#keepsToOwnNames &&= packet !== undefined && asked.every((filter) => this.#names?.isOwn(filter) ?? false);
  }

  /** A PUBREL that comes again, as it may on a live connection (section 4.4): it may cross anything, and answers nothing. */
  isResentPubrel(packet: Observed): boolean {
    return this.#resentPubrels.has(packet);
  }

  #notesRelease(packet: Observed): void {
    if (packet.type === 'publish' && packet.packetId !== undefined) {
      this.#released.delete(packet.packetId);
      if (packet.qos === 2) this.#unreleased.add(packet.packetId);
    }
    if (packet.type !== 'pubrel') return;
    this.#unreleased.delete(packet.packetId);
    if (this.#released.has(packet.packetId)) this.#resentPubrels.add(packet);
    this.#released.add(packet.packetId);
  }

  #acknowledges(packetId: number): void {
    const packet = this.#repeatable.get(packetId);
    if (packet === undefined) return;
    this.#repeatable.delete(packetId);
    this.#acknowledged.set(packetId, packet);
  }

  #isUnasked(packet: Observed): boolean {
    return packet.type === 'publish' && this.#keepsToOwnNames && (this.#names?.isForeign(packet.topicName) ?? false);
  }

  #received(packet: Observed): void {
    if (packet.type === 'connack') {
      this.sessionPresent = packet.sessionPresent;
      this.isLetIn = packet.returnCode === 0;
    }
    this.#notesRelease(packet);
    if (this.#isRepeated(packet)) this.connection.pending.pop();
    else if (this.#isUnasked(packet)) {
      this.connection.pending.pop();
      this.unasked.push(packet);
    }
    if (this.acknowledging === 'by hand' || !this.connection.isOpen) return;
    if (packet.type === 'publish' && packet.packetId !== undefined && packet.packetId !== 0) {
      this.connection.send(packet.qos === 1 ? puback(packet.packetId) : pubrec(packet.packetId));
    } else if (packet.type === 'pubrel') {
      this.connection.pending.pop();
      this.connection.send(pubcomp(packet.packetId));
    }
  }
}

/** QoS at which a message published at `published` reaches a subscription granted at `granted` (MQTT-3.8.4-6). */
export const deliveredQos = (published: Qos, granted: number): number => Math.min(published, granted);
