// Who takes nothing: looked at alone, and over sockets.
import { once } from 'node:events';
import { connect as dialTcp, type Socket } from 'node:net';
import { connect as dialTls } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { VirtualClock } from '../clock.ts';
import { encode } from '../codec/encode.ts';
import { selfSigned } from '../transport/sample-certificates.ts';
import { connect } from './core/sample-broker.ts';
import { type Broker, type Listener, startBroker } from './index.ts';
import { StalledPeers } from './stalled-peers.ts';

describe('of all peers are stalled', () => {
  const looks = (takenAt: readonly (number | undefined)[], bufferedBytes = 1): number[] => {
    const peers = new StalledPeers<string>(400);
    return takenAt.flatMap((takenBytes, at) => peers.look([['one', { bufferedBytes, takenBytes }]]).map(() => at));
  };

  test('those that have taken nothing at four looks after a first one', () => {
    expect(looks([7, 7, 7, 7])).toEqual([]);
    expect(looks([7, 7, 7, 7, 7])).toEqual([4]);
    expect(new StalledPeers(400).everyMs).toBe(100);
  });

  test('none of those that take something now and then, or for which nothing waits, or of which nobody knows', () => {
    expect(looks([1, 1, 1, 1, 2, 2, 2, 2, 3])).toEqual([]);
    expect(looks([7, 7, 7, 7, 7, 7], 0)).toEqual([]);
    expect(looks(Array(9).fill(undefined))).toEqual([]);
  });
});

const open: { destroy(): void }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.destroy();
});

interface Dialled {
  /** Bytes to the broker. */
  send(bytes: Uint8Array): void;
  readonly socket: Pick<Socket, 'pause' | 'resume' | 'on'>;
}

async function dial(kind: Listener['kind'], { port }: Broker): Promise<Dialled> {
  const at = { host: '127.0.0.1', port, rejectUnauthorized: false };
  if (kind === 'ws' || kind === 'wss') {
    const ws = new WebSocket(`${kind}://127.0.0.1:${port}`, 'mqtt', { rejectUnauthorized: false });
    open.push({ destroy: () => ws.terminate() });
    await once(ws, 'open');
    return { send: (bytes) => ws.send(bytes), socket: ws as unknown as Socket };
  }
  const socket = kind === 'tls' ? dialTls(at) : dialTcp(at);
  open.push(socket);
  socket.on('error', () => {});
  await once(socket, kind === 'tls' ? 'secureConnect' : 'connect');
  return { send: (bytes) => void socket.write(bytes), socket };
}

const turn = (): Promise<void> => new Promise((done) => setTimeout(done, 5));

/** A broker whose clock stands still, and a client that has asked for everything and reads nothing: more waits than the system holds. */
async function stalled(kind: 'tcp' | 'tls' | 'ws' | 'wss') {
  const clock = new VirtualClock();
  const listener: Listener = kind === 'tls' || kind === 'wss' ? { kind, port: 0, tls: selfSigned } : { kind, port: 0 };
  const broker = await startBroker({ clock, listeners: [listener] });
  const ends: string[] = [];
  broker.on('disconnected', ({ reason }) => ends.push(reason));
  const client = await dial(kind, broker);
  client.socket.pause();
  client.send(encode(connect('greedy')));
  client.send(encode({ type: 'subscribe', packetId: 1, subscriptions: [{ topicFilter: 't', qos: 0 }] }));
  while (broker.statistics.subscriptions === 0) await turn();
  for (let i = 0; i < 32; i++) {
    broker.publish({ topicName: 't', payload: new Uint8Array(1_048_576), qos: 0, retain: false });
    await turn();
  }
  return { broker, clock, ends, client };
}

const looksMs = 30_000;

describe.each(['tcp', 'tls', 'ws', 'wss'] as const)('over %s', (kind) => {
  test('who takes nothing for two minutes is ended, whatever it still asks', async () => {
    const { broker, clock, ends, client } = await stalled(kind);
    const packets = broker.counters.packetsReceived;
    for (let look = 0; look < 4; look++) {
      clock.advance(looksMs);
      client.send(Uint8Array.of(0xc0, 0));
      while (broker.counters.packetsReceived <= packets + look) await turn();
    }
    expect(ends).toEqual([]);
    clock.advance(looksMs);
    expect(ends).toEqual(['takes nothing']);
    // At once: nobody waits for it to take the rest.
    while (broker.statistics.connections > 0) await turn();
    for (const one of open.splice(0)) one.destroy();
    await broker.stop();
  });

  test('who takes a little now and then is served, and who waits for nothing may be silent', async () => {
    const { broker, clock, ends, client } = await stalled(kind);
    let taken = 0;
    client.socket.on(kind.startsWith('ws') ? 'message' : 'data', ({ length }: Buffer) => {
      taken += length;
    });
    for (let step = 1; step <= 8; step++) {
      clock.advance(2 * looksMs);
      client.socket.resume();
      while (taken < step * 3_145_728) await turn();
      client.socket.pause();
      await turn();
    }
    client.socket.resume();
    while (taken < 32 * 1_048_576) await turn();
    // Nothing waits any more; the broker learns of that behind the client.
    for (let look = 0; look < 20; look++) {
      await turn();
      clock.advance(looksMs);
    }
    expect(ends).toEqual([]);
    for (const one of open.splice(0)) one.destroy();
    await broker.stop();
  });
});

test('how long may be said', async () => {
  const clock = new VirtualClock();
  await using broker = await startBroker({ clock, port: 0, stallTimeoutMs: 4_000 });
  const ends: string[] = [];
  broker.on('disconnected', ({ reason }) => ends.push(reason));
  const client = await dial('tcp', broker);
  client.socket.pause();
  client.send(encode(connect('greedy')));
  client.send(encode({ type: 'subscribe', packetId: 1, subscriptions: [{ topicFilter: 't', qos: 0 }] }));
  while (broker.statistics.subscriptions === 0) await turn();
  broker.publish({ topicName: 't', payload: new Uint8Array(33_554_432), qos: 0, retain: false });
  await turn();
  for (let look = 0; look < 5; look++) clock.advance(1_000);
  expect(ends).toEqual(['takes nothing']);
  for (const one of open.splice(0)) one.destroy();
});
