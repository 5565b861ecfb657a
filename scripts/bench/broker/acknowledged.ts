// QoS 1 and 2: each publisher keeps a window of unacknowledged messages full; subscribers acknowledge what comes, a write a chunk.
import { type Load, peers, rateOf, stayAwake, sum } from './load.ts';
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
    using _awake = stayAwake();
    const perSecond = await rateOf(() => sum(receiving.map(({ published }) => published)), window);
    for (const peer of [...sending, ...receiving]) peer.end();
    return { perSecond };
  };

/** More than a chunk can ask for: 64 KiB hold 16,384 PUBACKs, each answered by a PUBLISH of less than 64 bytes. */
const mostBytes = 1 << 20;

/** Gathers the answers to a chunk in memory of its own, and writes them behind it. */
class Answers {
  readonly #socket: Peer['socket'];
  readonly #bytes = Buffer.allocUnsafe(mostBytes);
  #length = 0;

  constructor({ socket }: Peer) {
    this.#socket = socket;
  }

  /** An answer that has nothing but the identifier. */
  add(first: number, high: number, low: number): void {
    const at = this.#length;
    this.#bytes[at] = first;
    this.#bytes[at + 1] = 2;
    this.#bytes[at + 2] = high;
    this.#bytes[at + 3] = low;
    this.#length = at + 4;
  }

  addPacket(packet: Buffer): void {
    this.#bytes.set(packet, this.#length);
    this.#length += packet.length;
  }

  /** A copy goes out: the socket may keep it for a while. */
  write(): void {
    if (this.#length > 0) this.#socket.write(Buffer.from(this.#bytes.subarray(0, this.#length)));
    this.#length = 0;
  }
}

function answersOf(peer: Peer): Answers {
  const answers = new Answers(peer);
  peer.afterChunk = () => answers.write();
  return answers;
}

/** A subscriber: PUBACK or PUBREC for PUBLISH, PUBCOMP for PUBREL. */
function answering(peer: Peer): void {
  const answers = answersOf(peer);
  peer.visit = (bytes, at, bodyAt) => {
    const first = bytes[at] as number;
    if (first >> 4 === 6) return answers.add(0x70, bytes[bodyAt] as number, bytes[bodyAt + 1] as number);
    if (first >> 4 !== 3 || (first & 6) === 0) return;
    const idAt = bodyAt + 2 + (((bytes[bodyAt] as number) << 8) | (bytes[bodyAt + 1] as number));
    answers.add((first & 6) === 2 ? 0x40 : 0x50, bytes[idAt] as number, bytes[idAt + 1] as number);
  };
}

/** A publisher: the packet of an identifier goes out again as soon as the identifier is free. */
function keepingFull(peer: Peer, packets: readonly Buffer[]): void {
  const answers = answersOf(peer);
  peer.visit = (bytes, at, bodyAt) => {
    const type = (bytes[at] as number) >> 4;
    const high = bytes[bodyAt] as number;
    const low = bytes[bodyAt + 1] as number;
    if (type === 5) answers.add(0x62, high, low);
    else if (type === 4 || type === 7) answers.addPacket(packets[((high << 8) | low) - 1] as Buffer);
  };
  peer.socket.write(Buffer.concat(packets));
}
