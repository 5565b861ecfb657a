// QoS 1 and 2: each publisher keeps a window of unacknowledged messages full; subscribers acknowledge what comes, a write a chunk.
import { type Load, peers, rateOf, sum } from './load.ts';
import { publish } from './packets.ts';
import type { Peer } from './peer.ts';

interface Shape {
  readonly pairs: number;
  readonly qos: 1 | 2;
  readonly window: number;
  /** Whether subscribers have stored sessions, of which a broker with a disk has to keep everything. */
  readonly stored?: boolean;
}

/** Messages delivered per second, over all subscribers. */
export const acknowledged =
  ({ pairs, qos, window: inFlight, stored = false }: Shape): Load =>
  async (port, window) => {
    const topicName = (i: number): string => `bench/acknowledged/${i}`;
    const receiving = await peers(port, pairs, 'sub', { cleanSession: !stored });
    receiving.forEach(answering);
    await Promise.all(receiving.map((peer, i) => peer.subscribe([topicName(i)], qos)));
    const sending = await peers(port, pairs, 'pub');
    sending.forEach((peer, i) => {
      const payload = Buffer.alloc(16, 0x78);
      const packets = Array.from({ length: inFlight }, (_, n) =>
        publish({ topicName: topicName(i), payload, qos, packetId: n + 1 }),
      );
      keepingFull(peer, packets);
    });
    const perSecond = await rateOf(() => sum(receiving.map(({ published }) => published)), window);
    for (const peer of [...sending, ...receiving]) peer.end();
    return { perSecond };
  };

/** Gathers answers, and writes them behind each chunk. */
function gathering(peer: Peer): (bytes: Buffer) => void {
  let answers: Buffer[] = [];
  peer.afterChunk = () => {
    if (answers.length === 0) return;
    peer.socket.write(answers.length === 1 ? (answers[0] as Buffer) : Buffer.concat(answers));
    answers = [];
  };
  return (bytes) => void answers.push(bytes);
}

/** A subscriber: PUBACK or PUBREC for PUBLISH, PUBCOMP for PUBREL. */
function answering(peer: Peer): void {
  const answer = gathering(peer);
  peer.visit = (bytes, at, bodyAt) => {
    const first = bytes[at] as number;
    if (first >> 4 === 6) return answer(Buffer.from([0x70, 2, bytes[bodyAt] as number, bytes[bodyAt + 1] as number]));
    if (first >> 4 !== 3 || (first & 6) === 0) return;
    const idAt = bodyAt + 2 + bytes.readUInt16BE(bodyAt);
    answer(Buffer.from([(first & 6) === 2 ? 0x40 : 0x50, 2, bytes[idAt] as number, bytes[idAt + 1] as number]));
  };
}

/** A publisher: the packet of an identifier goes out again as soon as the identifier is free. */
function keepingFull(peer: Peer, packets: readonly Buffer[]): void {
  const answer = gathering(peer);
  peer.visit = (bytes, at, bodyAt) => {
    const type = (bytes[at] as number) >> 4;
    const packetId = bytes.readUInt16BE(bodyAt);
    if (type === 5) answer(Buffer.from([0x62, 2, packetId >> 8, packetId & 255]));
    else if (type === 4 || type === 7) answer(packets[packetId - 1] as Buffer);
  };
  peer.socket.write(Buffer.concat(packets));
}
