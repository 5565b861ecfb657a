// A quiet broker: single messages at even distances. What a message costs when nothing can be gathered, and how long it takes.
import { type Load, peers, type Window } from './load.ts';
import { publish } from './packets.ts';
import type { Peer } from './peer.ts';

const topicBytes = 2;

/** Latency of messages that each of the connections sends to itself; the sender spins, so that each goes out at its time. */
export const paced =
  ({ connections, perSecond }: { readonly connections: number; readonly perSecond: number }): Load =>
  async (port, window) => {
    const latencies: number[] = [];
    const all = await peers(port, connections, 'paced');
    let measuring = false;
    const onMeasuring = (): void => {
      measuring = true;
    };
    const packets = all.map((peer, i) => {
      const topicName = `bench/paced/${i}`;
      const packet = publish({ topicName, payload: Buffer.alloc(16) });
      peer.visit = (bytes, at, bodyAt) => {
        if ((bytes[at] as number) >> 4 !== 3) return;
        const sentAt = bytes.readDoubleBE(bodyAt + topicBytes + topicName.length);
        if (measuring) latencies.push(performance.now() - sentAt);
      };
      return packet;
    });
    await Promise.all(all.map((peer, i) => peer.subscribe([`bench/paced/${i}`])));
    await spin(all, packets, { perSecond, window, onMeasuring });
    for (const peer of all) peer.end();
    latencies.sort((a, b) => a - b);
    const at = (part: number): number => latencies[Math.floor(latencies.length * part)] ?? Number.NaN;
    return { p50Ms: at(0.5), p99Ms: at(0.99), messages: latencies.length };
  };

interface Pace {
  readonly perSecond: number;
  readonly window: Window;
  readonly onMeasuring: () => void;
}

function spin(all: readonly Peer[], packets: readonly Buffer[], pace: Pace): Promise<void> {
  const { perSecond, window, onMeasuring } = pace;
  const startedAt = performance.now();
  const endsAt = startedAt + window.warmUpMs + window.measuredMs;
  let sent = 0;
  let measuring = false;
  return new Promise((done) => {
    const turn = (): void => {
      const now = performance.now();
      if (now >= endsAt) return void setTimeout(done, 100);
      if (!measuring && now >= startedAt + window.warmUpMs) {
        measuring = true;
        onMeasuring();
        process.send?.('measuring');
      }
      if (now >= startedAt + (sent * 1_000) / perSecond) {
        const i = sent++ % all.length;
        const packet = Buffer.from(packets[i] as Buffer);
        packet.writeDoubleBE(performance.now(), packet.length - 16);
        all[i]?.socket.write(packet);
      }
      setImmediate(turn);
    };
    turn();
  }).then(() => void process.send?.('measured'));
}
