// A client with a stored session that subscribes to all numbered topics, acknowledges now and then late, and stays away now and then. It
// holds what comes against what was published: all of it, in order, at QoS 2 once.
import type { Packet, Publish } from '../../reference/codec/packet.ts';
import type { Actor, Round } from './actor.ts';
import type { LoosePublisher } from './loose-publisher.ts';
import { numberOf } from './numbered.ts';
import { Peer } from './peer.ts';
import type { Publisher } from './publisher.ts';

export interface Sources {
  readonly publishers: readonly Publisher[];
  readonly loose: LoosePublisher;
}

const staysAway = 0.25;
const answersLate = 0.3;

export class Subscriber implements Actor {
  readonly #clientId: string;
  readonly #sources: Sources;
  /** The last number of each topic. */
  readonly #last = new Map<string, number>();
  /** Identifiers of QoS 2 messages that were taken over and are not released. */
  readonly #received = new Set<number>();
  #late: (() => void)[] = [];
  #progress: () => void = () => {};

  constructor(name: string, sources: Sources) {
    this.#clientId = `subscriber ${name}`;
    this.#sources = sources;
  }

  /** Subscribes, before anything is published. */
  async prepare(port: number): Promise<void> {
    const peer = await Peer.connect({ port, clientId: this.#clientId, cleanSession: false });
    peer.send({ type: 'subscribe', packetId: 1, subscriptions: [{ topicFilter: 'numbers/#', qos: 2 }] });
    await peer.next('suback');
    await peer.disconnect();
  }

  async play(round: Round): Promise<void> {
    if (!round.isLast && round.random() < staysAway) return;
    this.#late = [];
    const { port } = round;
    const peer = await Peer.connect({ port, clientId: this.#clientId, cleanSession: false }, (packet, from) =>
      this.#came(from, packet, round),
    );
    if (!peer.sessionPresent) round.violated(`the session of ${this.#clientId} is gone`);
    if (round.isLast) await this.#takeAll(peer);
    else await peer.ended;
  }

  /** Resolves when everything has come that has to; the round's owner bounds the wait. */
  async #takeAll(peer: Peer): Promise<void> {
    while (this.missing().length > 0) {
      for (const answer of this.#late.splice(0)) answer();
      await Promise.race([
        new Promise<void>((resolve) => {
          this.#progress = resolve;
        }),
        peer.ended,
      ]);
    }
    await peer.disconnect();
  }

  /** What has not come yet, in words. */
  missing(): string[] {
    const { publishers, loose } = this.#sources;
    const wanted = publishers.map(({ topicName, published }) => [topicName, published - 1] as const);
    return [...wanted, [loose.topicName, Math.max(-1, ...loose.acknowledged)] as const]
      .filter(([topicName, last]) => this.#lastOf(topicName) < last)
      .map(([topicName, last]) => `${topicName} ${this.#lastOf(topicName)} of ${last} at ${this.#clientId}`);
  }

  #lastOf(topicName: string): number {
    return this.#last.get(topicName) ?? -1;
  }

  #came(peer: Peer, packet: Packet, round: Round): void {
    round.seen();
    if (packet.type === 'pubrel') {
      this.#received.delete(packet.packetId);
      return this.#answer(() => peer.send({ type: 'pubcomp', packetId: packet.packetId }), round);
    }
    if (packet.type !== 'publish' || packet.qos === 0) return;
    const { qos, packetId } = packet;
    if (qos === 1 || !this.#received.has(packetId)) this.#judge(packet, round);
    if (qos === 2) this.#received.add(packetId);
    this.#answer(() => peer.send({ type: qos === 1 ? 'puback' : 'pubrec', packetId }), round);
  }

  /** Late ones go out in the order in which they are due (section 4.6). */
  #answer(answer: () => void, { random, isLast }: Round): void {
    this.#late.push(answer);
    if (isLast || random() >= answersLate) for (const due of this.#late.splice(0)) due();
    this.#progress();
  }

  #judge({ topicName, payload, qos }: Publish, { violated }: Round): void {
    const number = numberOf(payload);
    const last = this.#lastOf(topicName);
    const what = `${topicName} ${number} behind ${last} at ${this.#clientId}`;
    if (number <= last) {
      if (qos === 2) violated(`QoS 2 twice or out of order: ${what}`);
      return;
    }
    this.#last.set(topicName, number);
    const { loose } = this.#sources;
    if (topicName !== loose.topicName) {
      if (number > last + 1) violated(`lost or out of order: ${what}`);
      return;
    }
    for (let between = last + 1; between < number; between++)
      if (loose.acknowledged.has(between))
        violated(`acknowledged and lost: ${topicName} ${between} at ${this.#clientId}`);
  }
}
