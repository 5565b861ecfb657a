// Who is on the way in: a handshake or an upgrade that is not done counts as half open.
import { once } from 'node:events';
import { connect as dial, type Socket } from 'node:net';
import { connect as dialTls } from 'node:tls';
import { afterEach, expect, test } from 'vitest';
import WebSocket from 'ws';
import { startBroker } from '../broker/index.ts';
import { selfSigned } from './sample-certificates.ts';

const open: { destroy(): void }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.destroy();
});

function opened(port: number): Socket {
  const socket = dial(port, '127.0.0.1');
  open.push(socket.on('error', () => {}));
  return socket;
}

/** Whether somebody comes to the end of a handshake. */
function shakesHands(port: number): Promise<boolean> {
  const socket = dialTls({ port, host: '127.0.0.1', rejectUnauthorized: false });
  open.push(socket.on('error', () => {}));
  return new Promise((done) => {
    socket.once('secureConnect', () => done(true));
    socket.once('close', () => done(false));
  });
}

const listeners = [
  { kind: 'tls', port: 0, tls: selfSigned },
  { kind: 'ws', port: 0 },
  { kind: 'wss', port: 0, tls: selfSigned },
] as const;

test('who does not go on with a handshake or an upgrade is half open, at all listeners together', async () => {
  const turnedAway: unknown[] = [];
  const write = ({ event }: { event: string }) => void (event === 'turned away' && turnedAway.push(event));
  await using broker = await startBroker({ listeners, maxHalfOpenConnections: 6, log: { level: 'warn', write } });
  const [tls = 0, ws = 0, wss = 0] = broker.places.map(({ port }) => port);
  const silent = [tls, tls, ws, ws, wss, wss].map(opened);
  await Promise.all(silent.map((socket) => once(socket, 'connect')));
  for (const port of [tls, ws, wss]) await once(opened(port).resume(), 'close');
  expect(silent.filter(({ destroyed }) => destroyed)).toEqual([]);
  expect(turnedAway).toHaveLength(3);
  // One that gives up makes room.
  silent[0]?.resetAndDestroy();
  let isServed = false;
  for (let tries = 0; tries < 1_000 && !isServed; tries++) isServed = await shakesHands(tls);
  expect(isServed).toBe(true);
});

test('who was let in is not half open any more', async () => {
  await using broker = await startBroker({ listeners, maxHalfOpenConnections: 1 });
  const [tls = 0, ws = 0, wss = 0] = broker.places.map(({ port }) => port);
  const connect = Buffer.from('100c00044d5154540402003c0000', 'hex');
  for (let round = 0; round < 3; round++) {
    const overTls = dialTls({ port: tls, host: '127.0.0.1', rejectUnauthorized: false });
    open.push(overTls);
    overTls.write(connect);
    await once(overTls, 'data');
    for (const url of [`ws://127.0.0.1:${ws}`, `wss://127.0.0.1:${wss}`]) {
      const socket = new WebSocket(url, 'mqtt', { rejectUnauthorized: false });
      open.push({ destroy: () => socket.terminate() });
      await once(socket, 'open');
      socket.send(connect);
      await once(socket, 'message');
    }
  }
  expect(broker.statistics.clientsConnected).toBe(9);
});
