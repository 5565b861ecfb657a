// What the limits are for: more than they allow costs no more than they allow.
import { describe, expect, test } from 'vitest';
import { many } from './many.ts';
import { connectPeer, openPeer, publishBytes, subscribeBytes } from './peer.ts';
import { pour } from './pour.ts';
import { mebibyte, underAttack } from './under-attack.ts';

const kibibyte = new Uint8Array(1_024);

describe('a broker with a limit', () => {
  test('on half-open connections breaks off what is beyond, and serves who is let in', () =>
    underAttack({
      limits: { maxHalfOpenConnections: 50, connectTimeoutMs: 1_000 },
      async begin(victim) {
        // Who is beyond the limit may be broken off even before the system has told of the connection.
        const ended = async (): Promise<boolean> => {
          const peer = await openPeer(victim.ports.tcp).catch(() => undefined);
          await peer?.end();
          return true;
        };
        expect(await many(300, ended)).toHaveLength(300);
        using late = await connectPeer(victim.ports.tcp, 'late');
        await late.ping();
        return () => {};
      },
    }));

  test('on subscriptions refuses 9,000 of 10,000, and keeps 1,000', () =>
    underAttack({
      limits: { maxSubscriptions: 1_000 },
      async begin(victim) {
        const peer = await connectPeer(victim.ports.tcp, 'greedy');
        const codes: number[] = [];
        for (let from = 0; from < 10_000; from += 500) {
          const answer = peer.next('suback');
          peer.send(
            subscribeBytes(
              1,
              Array.from({ length: 500 }, (_, at) => `${from + at}/+`),
            ),
          );
          codes.push(...(await answer).returnCodes);
        }
        expect(codes.filter((code) => code === 0x80)).toHaveLength(9_000);
        return () => peer[Symbol.dispose]();
      },
      mostBytes: 8 * mebibyte,
    }));

  test('on topic levels refuses deep filters, and ends who publishes to a deep topic', () =>
    underAttack({
      limits: { maxTopicLevels: 100 },
      async begin(victim) {
        const peer = await connectPeer(victim.ports.tcp, 'deep');
        const answer = peer.next('suback');
        peer.send(subscribeBytes(1, ['/'.repeat(100), '/'.repeat(99), `${'+/'.repeat(30_000)}#`]));
        expect((await answer).returnCodes).toEqual([0x80, 0, 0x80]);
        peer.send(publishBytes('/'.repeat(100), kibibyte));
        await peer.end();
        return () => {};
      },
    }));

  test('on retained bytes keeps 1 MiB of 30 MiB', () =>
    underAttack({
      limits: { maxRetainedBytes: mebibyte },
      async begin(victim) {
        const peer = await connectPeer(victim.ports.tcp, 'retainer');
        await pour(peer, 30_000, (at) => publishBytes(`kept/${at}`, kibibyte, { retain: true }));
        await peer.ping();
        return () => peer[Symbol.dispose]();
      },
      mostBytes: 12 * mebibyte,
    }));

  test('on queued bytes keeps 1 MiB of 30 MiB for a client that is away', () =>
    underAttack({
      limits: { maxQueuedBytes: mebibyte },
      async begin(victim) {
        const away = await connectPeer(victim.ports.tcp, 'away', { cleanSession: false });
        const granted = away.next('suback');
        away.send(subscribeBytes(1, ['flood'], 1));
        await granted;
        away[Symbol.dispose]();
        const publisher = await connectPeer(victim.ports.tcp, 'publisher');
        await pour(publisher, 30_000, (at) => publishBytes('flood', kibibyte, { qos: 1, packetId: 1 + (at % 65_535) }));
        await publisher.ping();
        return () => publisher[Symbol.dispose]();
      },
      mostBytes: 12 * mebibyte,
    }));
});
