// A broker whose disk takes its time.
import { once } from 'node:events';
import { connect as dial, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { systemClock } from '../clock.ts';
import { encode } from '../codec/encode.ts';
import type { Store } from '../storage/store.ts';
import { connect, publish } from './core/sample-broker.ts';
import { type Broker, startBroker } from './index.ts';

/** A disk that takes nothing until it is told to. */
class SlowStore implements Store {
  pendingBytes = 0;
  isSettled = true;
  readonly #waiting: (() => void)[] = [];

  put(): void {
    this.isSettled = false;
  }

  delete(): void {
    this.isSettled = false;
  }

  commit(): Promise<void> {
    return new Promise((done) => this.#waiting.push(done));
  }

  takes(): void {
    this.pendingBytes = 0;
    this.isSettled = true;
    for (const done of this.#waiting.splice(0)) done();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

const received = async (broker: Broker, bytes: number): Promise<void> => {
  while (broker.counters.bytesReceived < bytes) await new Promise((turn) => setImmediate(turn));
};

test('who fills it is not read from, also where the turn was long and others want their share of time', async () => {
  const store = new SlowStore();
  let now = 0;
  // Every look at the clock finds that a turn has lasted too long.
  const clock = { ...systemClock, now: () => (now += 20), at: systemClock.at.bind(systemClock) };
  const broker = await startBroker({ port: 0, data: { store, records: new Map() }, clock });
  const sockets: Socket[] = [];
  const open = async (): Promise<Socket> => {
    const socket = dial(broker.port, '127.0.0.1');
    sockets.push(socket.on('error', () => {}));
    await once(socket, 'connect');
    return socket;
  };
  const clients = [await open(), await open()];
  const [hello, kept] = [encode(connect('')), encode(publish('t', 'kept', { retain: true }))];
  for (const client of clients) client.write(hello);
  await received(broker, 2 * hello.length);
  store.pendingBytes = 100_000_000;
  for (const client of clients) client.write(kept);
  const filled = 2 * (hello.length + kept.length);
  await received(broker, filled);
  for (const client of clients) client.write(kept);
  // Whoever comes is heard of: what came before would have been read by then.
  const met = broker.counters.connectionsAccepted + 2;
  while (broker.counters.connectionsAccepted < met) await open();
  expect(broker.counters.bytesReceived).toBe(filled);
  store.takes();
  await received(broker, filled + 2 * kept.length);
  for (const socket of sockets) socket.destroy();
  store.takes();
  await broker.stop();
});
