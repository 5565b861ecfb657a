// Packets that have brought brokers down.
import { describe, test } from 'vitest';
import { connectBytes, connectPeer, openPeer, type Peer, publishBytes, subscribeBytes } from './peer.ts';
import { mebibyte, underAttack } from './under-attack.ts';
import type { Victim } from './victim.ts';

/** The deepest topic that fits: 65,000 levels (CVE-2019-11779 had 65,400). */
const deep = '/'.repeat(65_000);
const none = new Uint8Array();
const oneByte = Uint8Array.of(1);

/** Sends bytes on a connection of their own, behind a CONNECT; waits until they are read or the connection is ended. */
async function sendAlone(victim: Victim, bytes: Uint8Array, clientId = 'attacker'): Promise<void> {
  using peer = await connectPeer(victim.ports.tcp, clientId);
  await readOrEnded(peer, bytes);
}

async function readOrEnded(peer: Peer, bytes: Uint8Array): Promise<void> {
  await peer.sendAll(bytes);
  await Promise.race([peer.ping().catch(() => {}), peer.end()]);
}

const over = (): void => {};

describe('a broker survives', () => {
  test('topics of 65,000 levels: subscribed to, published to, retained, in wills', () =>
    underAttack({
      async begin(victim) {
        for (const filter of [deep, `${deep}#`, `${'+/'.repeat(32_000)}#`, '/+'.repeat(32_000)]) {
          using peer = await connectPeer(victim.ports.tcp, 'deep');
          peer.send(subscribeBytes(1, [filter]));
          for (let round = 0; round < 5; round++) peer.send(publishBytes(deep, oneByte, { retain: true }));
          peer.send(subscribeBytes(2, ['#']));
          await peer.ping();
          peer.send(publishBytes(deep, none, { retain: true }));
          await peer.ping();
        }
        const will = { topicName: deep, message: oneByte, qos: 1, retain: false };
        using dying = await connectPeer(victim.ports.tcp, 'deep', { will });
        dying.socket.resetAndDestroy();
        return over;
      },
    }));

  test('many filters of thousands of wildcards in one SUBSCRIBE, and topics that match all of them', () =>
    underAttack({
      async begin(victim) {
        const filters = Array.from({ length: 60 }, (_, at) => `${'+/'.repeat(500)}${at % 2 === 0 ? '#' : '+'}`);
        const peer = await connectPeer(victim.ports.tcp, 'wild');
        peer.send(subscribeBytes(1, filters));
        for (let round = 0; round < 50; round++) peer.send(publishBytes('a/'.repeat(500), oneByte));
        await peer.ping();
        return () => peer[Symbol.dispose]();
      },
    }));

  test('filters with "+" and a last level that differs, whose matches double with every level', () =>
    underAttack({
      async begin(victim) {
        const peer = await connectPeer(victim.ports.tcp, 'doubling');
        const filters = Array.from({ length: 4_096 }, (_, bits) =>
          Array.from({ length: 12 }, (_level, at) => (((bits >> at) & 1) === 1 ? '+' : 'a')).join('/'),
        );
        for (let at = 0; at < filters.length; at += 256) peer.send(subscribeBytes(1, filters.slice(at, at + 256)));
        for (let round = 0; round < 20; round++) peer.send(publishBytes('a/a/a/a/a/a/a/a/a/a/a/a', oneByte));
        await peer.ping();
        return () => peer[Symbol.dispose]();
      },
      mostBytes: 64 * mebibyte,
    }));

  test('topics and wills that begin with "$" (CVE-2018-12543)', () =>
    underAttack({
      async begin(victim) {
        for (const topicName of ['$', '$SYS', '$SYS/broker/version', '$/', '$share/a/b', '$\u{10FFFF}']) {
          await sendAlone(victim, publishBytes(topicName, oneByte, { qos: 2, retain: true }));
          await sendAlone(victim, publishBytes(topicName, none, { retain: true }));
          await sendAlone(victim, subscribeBytes(1, [topicName, `${topicName}/#`, `${topicName}/+`]));
          const will = { topicName, message: oneByte, qos: 2, retain: true };
          using dying = await connectPeer(victim.ports.tcp, 'dollar', { will });
          dying.socket.resetAndDestroy();
        }
        return over;
      },
    }));

  test('packets of zero length of every first byte, ahead of CONNECT and behind it', () =>
    underAttack({
      async begin(victim) {
        for (let first = 0; first < 256; first++) {
          using stranger = await openPeer(victim.ports.tcp);
          await readOrEnded(stranger, Uint8Array.of(first, 0));
          await sendAlone(victim, Uint8Array.of(first, 0));
        }
        return over;
      },
    }));

  test('fields of zero length: client id, user name, password, will, topic, filter, payload', () =>
    underAttack({
      async begin(victim) {
        const will = { topicName: '', message: none, qos: 2, retain: true };
        const connects = [
          {},
          { userName: '' },
          { userName: '', password: none },
          { will },
          { will, cleanSession: false },
        ];
        for (const more of connects) {
          using peer = await openPeer(victim.ports.tcp);
          await readOrEnded(peer, connectBytes('', more));
        }
        for (const bytes of [publishBytes('', none), publishBytes('a', none, { qos: 2 }), subscribeBytes(1, ['', 'a'])])
          await sendAlone(victim, bytes);
        return over;
      },
    }));

  test('a CONNACK, SUBACK, UNSUBACK or PINGRESP from a client, whole and cut (CVE-2021-28166, CVE-2019-5432)', () =>
    underAttack({
      async begin(victim) {
        for (const hex of [
          '20020000',
          '2000',
          '9003000100',
          '9000',
          'b0020001',
          'b000',
          'd000',
          '8200',
          '820100',
          '82020001',
        ])
          await sendAlone(victim, Buffer.from(hex, 'hex'));
        return over;
      },
    }));

  test('ill-formed text, which must not reach and so end others (CVE-2017-7653)', () =>
    underAttack({
      async begin(victim) {
        const watcher = await connectPeer(victim.ports.tcp, 'watcher');
        watcher.send(subscribeBytes(1, ['#']));
        await watcher.ping();
        for (const hex of ['300300 01ff', '3005 0003 c08061', '3005 0003 eda080', '3003 0001 00'])
          await sendAlone(victim, Buffer.from(hex.replaceAll(' ', ''), 'hex'));
        await watcher.ping();
        return () => watcher[Symbol.dispose]();
      },
    }));

  test('200 CONNECTs that announce 256 MiB and send a few bytes: nothing is reserved for what is only announced', () =>
    underAttack({
      async begin(victim) {
        const start = Buffer.from('10ffffff7f00044d51545404020000ffff', 'hex');
        const peers = await Promise.all(Array.from({ length: 200 }, () => openPeer(victim.ports.tcp)));
        await Promise.all(peers.map((peer) => peer.sendAll(start)));
        return () => {
          for (const peer of peers) peer[Symbol.dispose]();
        };
      },
      mostBytes: 16 * mebibyte,
    }));

  test('200 clients that announce a PUBLISH of 256 MiB, and trickle', () =>
    underAttack({
      async begin(victim) {
        const start = Buffer.from('30ffffff7f000161', 'hex');
        const peers = await Promise.all(
          Array.from({ length: 200 }, (_, at) => connectPeer(victim.ports.tcp, `big-${at}`)),
        );
        await Promise.all(peers.map((peer) => peer.sendAll(Buffer.concat([start, Buffer.alloc(20_000)]))));
        return () => {
          for (const peer of peers) peer[Symbol.dispose]();
        };
      },
      // More may be reserved, but what nobody has written to costs nothing.
      mostResidentBytes: 64 * mebibyte,
    }));

  test('a PUBLISH of 256 MiB, the largest that there is', () =>
    underAttack({
      async begin(victim) {
        const peer = await connectPeer(victim.ports.tcp, 'largest');
        await peer.sendAll(Buffer.from('30ffffff7f000161', 'hex'));
        const piece = Buffer.alloc(4 * mebibyte);
        let left = 268_435_455 - 3;
        while (left > 0) {
          await peer.sendAll(piece.subarray(0, left));
          left -= Math.min(left, piece.length);
        }
        await peer.ping();
        return () => peer[Symbol.dispose]();
      },
    }));

  test('packets above its limit are refused before they are gathered', () =>
    underAttack({
      limits: { maxPacketBytes: 10_000 },
      async begin(victim) {
        for (let round = 0; round < 20; round++) {
          using peer = await connectPeer(victim.ports.tcp, 'large');
          peer.send(Buffer.concat([Buffer.from('30ffffff7f000161', 'hex'), Buffer.alloc(100_000)]));
          await peer.end();
        }
        return over;
      },
      mostBytes: 16 * mebibyte,
    }));
});
