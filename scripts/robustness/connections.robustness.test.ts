// Connections: many of them, slow ones, half-open ones, and all under one name.
import { connect as dialTls } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { connectBytes, connectPeer, openPeer, type Peer, subscribeBytes } from './peer.ts';
import { mebibyte, underAttack } from './under-attack.ts';
import { within } from './within.ts';

const disposeAll = (peers: readonly Peer[]) => (): void => {
  for (const peer of peers) peer[Symbol.dispose]();
};

/** Many at the same time, but no more on their way than the backlog of a listener takes. */
async function many<T>(count: number, one: (at: number) => Promise<T>, atOnce = count): Promise<T[]> {
  const all: T[] = [];
  for (let from = 0; from < count; from += atOnce)
    all.push(...(await Promise.all(Array.from({ length: Math.min(atOnce, count - from) }, (_, at) => one(from + at)))));
  return all;
}

describe('a broker survives', () => {
  test('500 connections that send their CONNECT byte by byte: the time for it does not begin anew with every byte', () =>
    underAttack({
      limits: { connectTimeoutMs: 3_000 },
      async begin(victim) {
        const peers = await many(500, () => openPeer(victim.ports.tcp));
        const bytes = connectBytes('slow-loris');
        let at = 0;
        const trickle = setInterval(() => {
          for (const peer of peers) peer.send(bytes.subarray(at, at + 1));
          at = Math.min(at + 1, bytes.length - 2);
        }, 500);
        try {
          await Promise.all(peers.map((peer) => peer.end()));
        } finally {
          clearInterval(trickle);
        }
        return () => {};
      },
    }));

  test('500 connections that send nothing at all', () =>
    underAttack({
      limits: { connectTimeoutMs: 1_000 },
      async begin(victim) {
        const peers = await many(500, () => openPeer(victim.ports.tcp));
        await Promise.all(peers.map((peer) => peer.end()));
        return () => {};
      },
    }));

  test('200 connections to its TLS port that begin no handshake, or do not go on with it', () =>
    underAttack({
      limits: { connectTimeoutMs: 1_000 },
      async begin(victim) {
        const peers = await many(200, () => openPeer(victim.ports.tls));
        for (const [at, peer] of peers.entries())
          if (at % 2 === 0) peer.send(Buffer.from('16030100c8010000c40303', 'hex'));
        await Promise.all(peers.map((peer) => peer.end()));
        const served = await openOverTls(victim.ports.tls);
        expect(served).toBe(0x20);
        return () => {};
      },
    }));

  test('200 connections to its WebSocket port that never ask for an upgrade, or ask half', () =>
    underAttack({
      limits: { connectTimeoutMs: 1_000 },
      async begin(victim) {
        const peers = await many(200, () => openPeer(victim.ports.ws));
        for (const [at, peer] of peers.entries())
          if (at % 2 === 0) peer.send(Buffer.from('GET /mqtt HTTP/1.1\r\nHost:'));
        await Promise.all(peers.map((peer) => peer.end(70_000)));
        return () => {};
      },
    }));

  test('a storm of 500 connections under one client id: one is left', () =>
    underAttack({
      async begin(victim) {
        const peers = await many(500, () => openPeer(victim.ports.tcp));
        for (const peer of peers) peer.send(connectBytes('stormy', { cleanSession: false }));
        const ended = new Set<Peer>();
        await within(
          30_000,
          'all but one are ended',
          new Promise<void>((done) => {
            for (const peer of peers)
              void peer.closed.then(() => {
                ended.add(peer);
                if (ended.size === peers.length - 1) done();
              });
          }),
        );
        const [last] = peers.filter((peer) => !ended.has(peer));
        await last?.ping();
        expect(last?.isOpen).toBe(true);
        return disposeAll(peers);
      },
    }));

  test('5,000 connections at once', () =>
    underAttack({
      async begin(victim) {
        const peers = await many(5_000, (at) => connectPeer(victim.ports.tcp, `crowd-${at}`));
        expect(peers.filter((peer) => peer.isOpen)).toHaveLength(5_000);
        return disposeAll(peers);
      },
      mostBytes: 5_000 * 16_384,
    }));

  test('10,000 idle clients with a subscription each', () =>
    underAttack({
      async begin(victim) {
        const idle = async (at: number): Promise<Peer> => {
          const peer = await connectPeer(victim.ports.tcp, `idle-${at}`);
          const granted = peer.next('suback');
          peer.send(subscribeBytes(1, [`idle/${at}`]));
          await granted;
          return peer;
        };
        const peers = await many(10_000, idle, 500);
        expect(peers.filter((peer) => peer.isOpen)).toHaveLength(10_000);
        return disposeAll(peers);
      },
      mostBytes: 10_000 * 16_384 + mebibyte,
    }));

  test('20,000 connections that come and go, ended by RST', () =>
    underAttack({
      async begin(victim) {
        const comeAndGo = async (at: number): Promise<void> => {
          const peer = await connectPeer(victim.ports.tcp, `fleeting-${at % 100}`);
          peer.socket.resetAndDestroy();
        };
        await many(20_000, comeAndGo, 100);
        return () => {};
      },
    }));
});

/** First byte of what a client over TLS gets. */
function openOverTls(port: number): Promise<number> {
  const socket = dialTls({ host: '127.0.0.1', port, rejectUnauthorized: false });
  const answered = new Promise<number>((resolve, reject) => {
    socket.once('secureConnect', () => socket.write(connectBytes('over-tls')));
    socket.once('data', (bytes: Uint8Array) => resolve(bytes[0] ?? 0));
    socket.once('error', reject);
  });
  return within(20_000, 'a client is served over TLS', answered).finally(() => socket.destroy());
}
