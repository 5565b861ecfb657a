// Many connections, and many subscriptions.
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { bareCrowd } from './bare-crowd.ts';
import { type Load, rateOf, sleep } from './load.ts';
import { publish, subscribe } from './packets.ts';
import { Peer } from './peer.ts';

const atOnce = 100;

async function crowd(port: number, count: number): Promise<Peer[]> {
  const all: Peer[] = [];
  let next = 0;
  const one = async (): Promise<void> => {
    while (next < count) all.push(await Peer.connect(port, `crowd-${next++}`));
  };
  await Promise.all(Array.from({ length: atOnce }, one));
  return all;
}

const connack = Buffer.from([0x20, 2, 0, 0]);

/** Crowds at a server within this process that only says CONNACK: a target's first crowd shall not be the load's first. */
async function warmUp(count: number): Promise<void> {
  const server = createServer({ noDelay: true }, (socket) => {
    socket.once('data', () => socket.write(connack));
    socket.on('error', () => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  for (let round = 0; round < 2; round++) {
    (await bareCrowd(port, count)).reset();
    await sleep(300);
  }
  server.close();
  await once(server, 'close');
}

/** Connections per second, at first and after three crowds that came and went. */
export const connections =
  (most: number): Load =>
  async (port, { scale }) => {
    const count = most * scale;
    const rates: number[] = [];
    await warmUp(count);
    for (let round = 0; round < 4; round++) {
      const { perSecond, reset } = await bareCrowd(port, count);
      rates.push(perSecond);
      reset();
      await sleep(500);
    }
    return { first: rates[0] ?? Number.NaN, warm: rates[3] ?? Number.NaN };
  };

/** Connections that do nothing; the runner looks at the broker's memory before and after. */
export const idle =
  (most: number): Load =>
  async (port, { scale }) => {
    const count = most * scale;
    // What a first connection makes once and for all is not what a connection costs.
    for (const peer of await crowd(port, 100)) peer.end();
    await sleep(500);
    process.send?.('measuring');
    const all = await crowd(port, count);
    await sleep(2_000);
    process.send?.('measured');
    await sleep(100);
    for (const peer of all) peer.end();
    return { count };
  };

interface ManyShape {
  readonly clients: number;
  readonly filtersEach: number;
  readonly filtersPerPacket: number;
}

/** Subscriptions per second; then messages to all these topics, one after the other. */
export const manySubscriptions =
  ({ clients: most, filtersEach, filtersPerPacket }: ManyShape): Load =>
  async (port, window) => {
    const clients = most * window.scale;
    const all = await crowd(port, clients);
    const filter = (i: number): string => `bench/many/${i % 1_000}/${Math.floor(i / 1_000)}`;
    const packets = all.map((_, client) =>
      Array.from({ length: filtersEach / filtersPerPacket }, (_, n) => {
        const from = client * filtersEach + n * filtersPerPacket;
        return subscribe(
          n + 1,
          Array.from({ length: filtersPerPacket }, (_, i) => filter(from + i)),
          0,
        );
      }),
    );
    process.send?.('measuring');
    await sleep(50);
    const startedAt = performance.now();
    await Promise.all(
      all.map((peer, i) => {
        const mine = packets[i] as Buffer[];
        peer.socket.write(Buffer.concat(mine));
        return peer.answers(1 + mine.length);
      }),
    );
    const subscribedPerSecond = (clients * filtersEach * 1_000) / (performance.now() - startedAt);
    await sleep(1_000);
    process.send?.('measured');
    await sleep(50);
    const publisher = await Peer.connect(port, 'publisher');
    const batches = topicBatches(clients * filtersEach, filter);
    let next = 0;
    const write = (): void => {
      if (!publisher.socket.destroyed)
        publisher.socket.write(batches[next++ % batches.length] as Buffer, () => setImmediate(write));
    };
    write();
    const count = (): number => all.reduce((total, peer) => total + peer.published, 0);
    const perSecond = await rateOf(count, window, { isMarked: false });
    publisher.end();
    for (const peer of all) peer.end();
    return { subscribedPerSecond, perSecond };
  };

function topicBatches(count: number, topic: (i: number) => string): Buffer[] {
  const payload = Buffer.alloc(16, 0x78);
  const packets = Array.from({ length: count }, (_, i) => publish({ topicName: topic((i * 7_919) % count), payload }));
  const batches: Buffer[] = [];
  for (let i = 0; i < packets.length; i += 1_000) batches.push(Buffer.concat(packets.slice(i, i + 1_000)));
  return batches;
}
