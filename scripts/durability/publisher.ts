// A client with a stored session that publishes numbered messages to one topic, and sends again what was not acknowledged, as section 4.4
// has it. What was acknowledged it forgets: if the broker loses that, nobody brings it back.
import type { Packet } from '../../reference/codec/packet.ts';
import type { Actor, Round } from './actor.ts';
import { paddedPayload } from './numbered.ts';
import { Peer } from './peer.ts';

const window = 8;

interface Unacknowledged {
  readonly number: number;
  readonly payload: Uint8Array;
  isReleased: boolean;
}

export class Publisher implements Actor {
  readonly #clientId: string;
  readonly topicName: string;
  readonly qos: 1 | 2;
  /** How many messages it has begun. */
  published = 0;
  readonly #inFlight = new Map<number, Unacknowledged>();
  #lastId = 0;
  #hasSession = false;
  #isEnding = false;
  #allDone: () => void = () => {};

  constructor(topicName: string, qos: 1 | 2) {
    this.#clientId = `publisher of ${topicName}`;
    this.topicName = topicName;
    this.qos = qos;
  }

  async play(round: Round): Promise<void> {
    this.#isEnding = round.isLast;
    const done = new Promise<void>((resolve) => {
      this.#allDone = resolve;
    });
    const { port } = round;
    const peer = await Peer.connect({ port, clientId: this.#clientId, cleanSession: false }, (packet, from) =>
      this.#came(from, packet, round),
    );
    if (this.#hasSession && !peer.sessionPresent) round.violated(`the session of ${this.#clientId} is gone`);
    this.#hasSession = true;
    this.#resend(peer);
    this.#fill(peer, round);
    await Promise.race([peer.ended, done]);
    if (round.isLast) await peer.disconnect();
  }

  #resend(peer: Peer): void {
    for (const [packetId, { payload, isReleased }] of this.#inFlight) {
      if (isReleased) peer.send({ type: 'pubrel', packetId });
      else this.#send(peer, { packetId, payload, dup: true });
    }
  }

  #fill(peer: Peer, { random }: Round): void {
    while (!this.#isEnding && this.#inFlight.size < window) {
      do this.#lastId = (this.#lastId % 65_535) + 1;
      while (this.#inFlight.has(this.#lastId));
      const [packetId, number] = [this.#lastId, this.published++];
      const payload = paddedPayload(number, random());
      this.#inFlight.set(packetId, { number, payload, isReleased: false });
      this.#send(peer, { packetId, payload, dup: false });
    }
    if (this.#isEnding && this.#inFlight.size === 0) this.#allDone();
  }

  #send(peer: Peer, { packetId, payload, dup }: { packetId: number; payload: Uint8Array; dup: boolean }): void {
    const { topicName, qos } = this;
    peer.send({ type: 'publish', topicName, qos, packetId, payload, dup, retain: false });
  }

  #came(peer: Peer, packet: Packet, round: Round): void {
    round.seen();
    if (packet.type === 'pubrec') {
      const sent = this.#inFlight.get(packet.packetId);
      if (sent !== undefined) sent.isReleased = true;
      peer.send({ type: 'pubrel', packetId: packet.packetId });
    } else if (packet.type === 'puback' || packet.type === 'pubcomp') {
      this.#inFlight.delete(packet.packetId);
      this.#fill(peer, round);
    }
  }
}
