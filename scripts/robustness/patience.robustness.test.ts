// Clients that take their time with the first packet, the TLS handshake or the upgrade to WebSocket. All wait at the same time.
import { connect as dialTls } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { many } from './many.ts';
import { connectBytes, openPeer } from './peer.ts';
import { underAttack } from './under-attack.ts';
import { within } from './within.ts';

describe.concurrent('a broker ends', () => {
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
      limits: { connectTimeoutMs: 1_100 },
      async begin(victim) {
        const peers = await many(500, () => openPeer(victim.ports.tcp));
        await Promise.all(peers.map((peer) => peer.end()));
        return () => {};
      },
    }));

  test('200 connections to its TLS port that begin no handshake, or do not go on with it', () =>
    underAttack({
      limits: { connectTimeoutMs: 1_200 },
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
      limits: { connectTimeoutMs: 1_300 },
      async begin(victim) {
        const peers = await many(200, () => openPeer(victim.ports.ws));
        for (const [at, peer] of peers.entries())
          if (at % 2 === 0) peer.send(Buffer.from('GET /mqtt HTTP/1.1\r\nHost:'));
        await Promise.all(peers.map((peer) => peer.end(70_000)));
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
