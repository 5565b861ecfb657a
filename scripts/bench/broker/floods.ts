// QoS 0 as fast as the broker takes it: each publisher writes its batch again as soon as the last one is gone.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { type Load, peers, rateOf, sum } from './load.ts';
import { batchOf, publish } from './packets.ts';

interface Shape {
  readonly publishers: number;
  readonly subscribers: number;
  readonly payloadBytes: number;
  /** Bytes of one write. */
  readonly batchBytes: number;
  /** Publisher n and subscriber n have a topic of their own. */
  readonly distinct?: boolean;
}

/** Messages delivered per second, over all subscribers. */
export const flood =
  ({ publishers, subscribers, payloadBytes, batchBytes, distinct = false }: Shape): Load =>
  async (port, window) => {
    const topicName = (i: number): string => `bench/flood/${distinct ? i : 'all'}`;
    const receiving = await peers(port, subscribers, 'sub');
    await Promise.all(receiving.map((peer, i) => peer.subscribe([topicName(i)])));
    const sending = await peers(port, publishers, 'pub');
    const payload = Buffer.alloc(payloadBytes, 0x78);
    sending.forEach(({ socket }, i) => {
      repeat(socket, batchOf(publish({ topicName: topicName(i), payload }), batchBytes));
    });
    const perSecond = await rateOf(() => sum(receiving.map(({ published }) => published)), window);
    for (const peer of [...sending, ...receiving]) peer.end();
    return { perSecond };
  };

function repeat(socket: Socket, batch: Buffer): void {
  const next = (): void => {
    if (!socket.destroyed) socket.write(batch, () => setImmediate(next));
  };
  next();
}

/**
 * One write for each packet: what the broker can gather is up to the sockets between. Who writes is a process of its own: a system call
 * for each packet takes a whole core, and who counts would keep it waiting.
 */
export const singleWrites: Load = async (port, window) => {
  const topicName = 'bench/single';
  const [receiver] = await peers(port, 1, 'sub');
  if (receiver === undefined) throw new Error('no connection');
  await receiver.subscribe([topicName]);
  const writer = fork(join(import.meta.dirname, 'single-writer.ts'), [String(port), topicName]);
  try {
    await once(writer, 'message', { signal: AbortSignal.timeout(startsWithinMs) });
    const perSecond = await rateOf(() => receiver.published, window);
    return { perSecond };
  } finally {
    writer.kill('SIGKILL');
    receiver.end();
  }
};

const startsWithinMs = 10_000;
