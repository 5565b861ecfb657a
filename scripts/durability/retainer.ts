// A client that sets, replaces and removes retained messages, and sees after each restart whether the last one that was acknowledged, or
// a later one, is there.
import type { Actor, Round } from './actor.ts';
import { numberOf } from './numbered.ts';
import { Peer } from './peer.ts';

const topics = Array.from({ length: 5 }, (_, i) => `retained/${i}`);
/** A message of a multiple of this number is empty: it removes. */
const removes = 4;

interface Known {
  /** The last number that was published, and the last that was acknowledged. */
  published: number;
  acknowledged: number;
}

export class Retainer implements Actor {
  readonly #known = new Map<string, Known>(topics.map((topicName) => [topicName, { published: 0, acknowledged: 0 }]));

  async play(round: Round): Promise<void> {
    const { port, isLast, random } = round;
    const found = new Map<string, number>();
    const peer = await Peer.connect({ port, clientId: 'retainer', cleanSession: true }, (packet) => {
      if (packet.type === 'publish' && packet.retain) found.set(packet.topicName, numberOf(packet.payload));
    });
    await this.#look(peer, found, round);
    if (isLast) return peer.disconnect();
    while (random() < 0.98)
      await this.#publish(peer, topics[Math.floor(random() * topics.length)] ?? '', random() < 0.5 ? 1 : 2);
    await peer.ended;
  }

  async #look(peer: Peer, found: ReadonlyMap<string, number>, { violated }: Round): Promise<void> {
    peer.send({ type: 'subscribe', packetId: 1, subscriptions: [{ topicFilter: 'retained/+', qos: 0 }] });
    await peer.next('suback');
    peer.send({ type: 'unsubscribe', packetId: 2, topicFilters: ['retained/+'] });
    await peer.next('unsuback');
    for (const [topicName, known] of this.#known) {
      const number = found.get(topicName);
      const { acknowledged, published } = known;
      const may = Array.from({ length: published - acknowledged + 1 }, (_, i) => acknowledged + i);
      if (!may.some((one) => (one % removes === 0 ? undefined : one) === number))
        violated(`${topicName} is ${number ?? 'not there'}, and was ${acknowledged} when it was acknowledged`);
      // What is there counts from now on.
      if (number !== undefined) known.acknowledged = number;
    }
  }

  async #publish(peer: Peer, topicName: string, qos: 1 | 2): Promise<void> {
    const known = this.#known.get(topicName);
    if (known === undefined) return;
    const number = ++known.published;
    const payload = Buffer.from(number % removes === 0 ? '' : String(number));
    peer.send({ type: 'publish', topicName, qos, packetId: 9, payload, dup: false, retain: true });
    await peer.next(qos === 1 ? 'puback' : 'pubrec');
    known.acknowledged = number;
    if (qos === 1) return;
    peer.send({ type: 'pubrel', packetId: 9 });
    await peer.next('pubcomp');
  }
}
