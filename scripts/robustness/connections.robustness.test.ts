// Connections: many of them, and all under one name.
import { describe, expect, test } from 'vitest';
import { many } from './many.ts';
import { connectBytes, connectPeer, openPeer, type Peer, publishBytes, subscribeBytes } from './peer.ts';
import { mebibyte, underAttack } from './under-attack.ts';
import { within } from './within.ts';

const disposeAll = (peers: readonly Peer[]) => (): void => {
  for (const peer of peers) peer[Symbol.dispose]();
};

describe('a broker survives', () => {
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

  test('10,000 idle clients, and a message for all of them', () =>
    underAttack({
      async begin(victim) {
        const idle = async (at: number): Promise<Peer> => {
          const peer = await connectPeer(victim.ports.tcp, `idle-${at}`);
          const granted = peer.next('suback');
          peer.send(subscribeBytes(1, [`idle/${at}`, 'idle/all']));
          await granted;
          return peer;
        };
        const peers = await many(10_000, idle, 500);
        const heard = peers.map((peer) => peer.next('publish'));
        peers[0]?.send(publishBytes('idle/all', new Uint8Array(100)));
        await Promise.all(heard);
        expect(peers.filter((peer) => peer.isOpen)).toHaveLength(10_000);
        return disposeAll(peers);
      },
      mostBytes: 10_000 * 16_384 + mebibyte,
    }));

  test('10,000 connections that come and go, ended by RST', () =>
    underAttack({
      async begin(victim) {
        const comeAndGo = async (at: number): Promise<void> => {
          const peer = await connectPeer(victim.ports.tcp, `fleeting-${at % 100}`);
          peer.socket.resetAndDestroy();
        };
        await many(10_000, comeAndGo, 100);
        return () => {};
      },
    }));
});
