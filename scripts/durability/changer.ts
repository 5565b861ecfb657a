// A client with a stored session that subscribes and unsubscribes. It holds what it gets against what SUBACK and UNSUBACK have told.
import type { Actor, Round } from './actor.ts';
import { Peer } from './peer.ts';

const topics = Array.from({ length: 8 }, (_, i) => `changing/${i}`);
const sentinel = 'sentinel/of the changer';

/** `unknown`: asked for, and not answered when the broker was killed. */
type State = 'subscribed' | 'unsubscribed' | 'unknown';

export class Changer implements Actor {
  readonly #states = new Map<string, State>(topics.map((topicName) => [topicName, 'unsubscribed']));
  #hasSession = false;
  #lastId = 0;

  async play(round: Round): Promise<void> {
    const { port, isLast, random, violated } = round;
    const came = new Set<string>();
    const peer = await Peer.connect({ port, clientId: 'changer', cleanSession: false }, (packet, from) => {
      if (packet.type !== 'publish') return;
      came.add(packet.topicName);
      if (packet.qos === 1) from.send({ type: 'puback', packetId: packet.packetId });
    });
    if (this.#hasSession && !peer.sessionPresent) violated('the session of the changer is gone');
    this.#hasSession = true;
    await this.#check(peer, came, round);
    if (isLast) return peer.disconnect();
    while (random() < 0.95) await this.#change(peer, topics[Math.floor(random() * topics.length)] ?? '');
    await peer.ended;
  }

  async #change(peer: Peer, topicName: string): Promise<void> {
    const before = this.#states.get(topicName);
    this.#lastId = (this.#lastId % 65_535) + 1;
    const packetId = this.#lastId;
    this.#states.set(topicName, 'unknown');
    if (before === 'subscribed') {
      peer.send({ type: 'unsubscribe', packetId, topicFilters: [topicName] });
      await peer.next('unsuback');
    } else {
      peer.send({ type: 'subscribe', packetId, subscriptions: [{ topicFilter: topicName, qos: 1 }] });
      await peer.next('suback');
    }
    this.#states.set(topicName, before === 'subscribed' ? 'unsubscribed' : 'subscribed');
  }

  /** Publishes to each topic, a sentinel last, and sees what comes back. */
  async #check(peer: Peer, came: Set<string>, { violated }: Round): Promise<void> {
    peer.send({ type: 'subscribe', packetId: 65_535, subscriptions: [{ topicFilter: sentinel, qos: 1 }] });
    await peer.next('suback');
    came.clear();
    const payload = new Uint8Array();
    for (const [i, topicName] of [...topics, sentinel].entries())
      peer.send({ type: 'publish', topicName, qos: 1, packetId: i + 1, payload, dup: false, retain: false });
    while (!came.has(sentinel)) await peer.next('publish');
    for (const [topicName, state] of this.#states) {
      if (state === 'subscribed' && !came.has(topicName)) violated(`the subscription to ${topicName} is gone`);
      if (state === 'unsubscribed' && came.has(topicName)) violated(`the subscription to ${topicName} is back`);
      this.#states.set(topicName, came.has(topicName) ? 'subscribed' : 'unsubscribed');
    }
  }
}
