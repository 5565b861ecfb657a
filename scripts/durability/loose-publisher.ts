// A client with a clean session that publishes at QoS 1 and never sends again: what was acknowledged has to arrive all the same.
import type { Packet } from '../../reference/codec/packet.ts';
import type { Actor, Round } from './actor.ts';
import { paddedPayload } from './numbered.ts';
import { Peer } from './peer.ts';

const window = 8;

export class LoosePublisher implements Actor {
  readonly topicName: string;
  published = 0;
  /** Numbers of the messages that were acknowledged. */
  readonly acknowledged = new Set<number>();

  constructor(topicName: string) {
    this.topicName = topicName;
  }

  async play({ port, isLast, random }: Round): Promise<void> {
    if (isLast) return;
    const inFlight = new Map<number, number>();
    let lastId = 0;
    const fill = (): void => {
      while (inFlight.size < window) {
        lastId = (lastId % 65_535) + 1;
        inFlight.set(lastId, this.published);
        const payload = paddedPayload(this.published++, random());
        const { topicName } = this;
        peer.send({ type: 'publish', topicName, qos: 1, packetId: lastId, payload, dup: false, retain: false });
      }
    };
    const came = (packet: Packet): void => {
      const number = packet.type === 'puback' ? inFlight.get(packet.packetId) : undefined;
      if (packet.type !== 'puback' || number === undefined) return;
      inFlight.delete(packet.packetId);
      this.acknowledged.add(number);
      fill();
    };
    const peer = await Peer.connect({ port, clientId: 'loose', cleanSession: true }, came);
    fill();
    await peer.ended;
  }
}
