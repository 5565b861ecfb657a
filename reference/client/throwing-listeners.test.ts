// What the application throws is its own affair: the connection goes on, the others are told, and the process learns of it.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startBroker } from '../broker/index.ts';
import { type ClientEvents, connect } from './index.ts';
import { startSilentServer } from './sample-server.ts';

const uncaught: string[] = [];
const note = ({ message }: Error): void => void uncaught.push(message);
let others: NodeJS.UncaughtExceptionListener[] = [];

beforeEach(() => {
  others = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException').on('uncaughtException', note);
});

afterEach(() => {
  process.off('uncaughtException', note);
  for (const other of others) process.on('uncaughtException', other);
  uncaught.length = 0;
});

const events = ['connected', 'disconnected', 'reconnecting', 'ended'] as const satisfies (keyof ClientEvents)[];

describe('who throws', () => {
  test.each(events)('when told "%s" harms nobody, and the process learns of it', { timeout: 10_000 }, async (event) => {
    await using server = await startSilentServer();
    const client = await connect(server.address, { reconnect: { firstDelayMs: 1, jitter: 0 } });
    client.on(event, () => {
      throw new Error(`of ${event}`);
    });
    const told: string[] = [];
    for (const one of events) client.on(one, () => void told.push(one));
    const again = new Promise((connected) => client.on('connected', connected));
    server.cut();
    await again;
    expect(client.isConnected).toBe(true);
    await client.end();
    expect(told).toEqual(['disconnected', 'reconnecting', 'connected', 'disconnected', 'ended']);
    expect(uncaught).toEqual(told.filter((one) => one === event).map((one) => `of ${one}`));
  });

  test('when told a message harms nobody, and the process learns of it', async () => {
    await using broker = await startBroker({ port: 0 });
    await using client = await connect(broker.address);
    const told: string[] = [];
    const onMessage = (): void => {
      throw new Error('of onMessage');
    };
    await client.subscribe('a', { onMessage });
    await client.subscribe('a', { onMessage: ({ text }) => void told.push(text) });
    await client.publish('a', 'x');
    await client.ping();
    expect(client.isConnected).toBe(true);
    expect({ told, uncaught }).toEqual({ told: ['x'], uncaught: ['of onMessage'] });
  });
});
