// Floods: more of something than a broker has room for.
import { describe, test } from 'vitest';
import { encode } from '../../reference/codec/encode.ts';
import { connectPeer, type Peer, publishBytes, subscribeBytes } from './peer.ts';
import { pour } from './pour.ts';
import { mebibyte, underAttack } from './under-attack.ts';

const oneByte = Uint8Array.of(1);
const hundredBytes = new Uint8Array(100);
const kibibyte = new Uint8Array(1_024);

/** How long a broker may take to read, before it counts as one that does not. */
const patienceMs = 2_000;

/** Whether the bytes are taken, by the system and in the end by the broker. */
async function isTaken(peer: Peer, bytes: Uint8Array): Promise<boolean> {
  const taken = new Promise<boolean>((done) => peer.socket.write(bytes, () => done(true)));
  return Promise.race([taken, new Promise<boolean>((done) => setTimeout(done, patienceMs, false))]);
}

const dispose = (peer: Peer) => (): void => peer[Symbol.dispose]();

describe('a broker survives', () => {
  test('200,000 QoS 2 PUBLISHes without a single PUBREL (CVE-2023-28366)', () =>
    underAttack({
      async begin(victim) {
        const peer = await connectPeer(victim.ports.tcp, 'no-pubrel');
        await pour(peer, 200_000, (at) => publishBytes('q', oneByte, { qos: 2, packetId: 1 + (at % 65_535) }));
        await peer.ping();
        return dispose(peer);
      },
      mostBytes: 32 * mebibyte,
    }));

  test('a subscriber at QoS 2 that never sends PUBREC, and 50,000 messages for it', () =>
    underAttack({
      limits: { maxQueuedMessages: 2_000, maxInFlight: 100 },
      async begin(victim) {
        const silent = await connectPeer(victim.ports.tcp, 'no-pubrec', { cleanSession: false });
        silent.send(subscribeBytes(1, ['q'], 2));
        await silent.ping();
        const publisher = await connectPeer(victim.ports.tcp, 'publisher');
        await pour(publisher, 50_000, (at) => publishBytes('q', kibibyte, { qos: 1, packetId: 1 + (at % 65_535) }));
        await publisher.ping();
        return async () => {
          publisher[Symbol.dispose]();
          silent[Symbol.dispose]();
          (await connectPeer(victim.ports.tcp, 'no-pubrec'))[Symbol.dispose]();
        };
      },
      mostBytes: 32 * mebibyte,
    }));

  test('PUBREL, PUBREC, PUBACK and PUBCOMP of 65,535 identifiers that nobody has used', () =>
    underAttack({
      async begin(victim) {
        const peer = await connectPeer(victim.ports.tcp, 'strays');
        for (const first of [0x40, 0x50, 0x62, 0x70])
          await pour(peer, 65_535, (at) => Uint8Array.of(first, 2, (at + 1) >> 8, (at + 1) & 255));
        await peer.ping();
        return dispose(peer);
      },
      mostBytes: 32 * mebibyte,
    }));

  test('40,000 retained messages, sent to subscribers of everything, and erased', () =>
    underAttack({
      async begin(victim) {
        const peer = await connectPeer(victim.ports.tcp, 'retainer');
        await pour(peer, 40_000, (at) => publishBytes(`flood/${at % 100}/${at}`, oneByte, { retain: true }));
        await peer.ping();
        const readers = await Promise.all([1, 2, 3, 4].map((at) => connectPeer(victim.ports.tcp, `reader-${at}`)));
        for (const reader of readers) reader.send(subscribeBytes(1, ['flood/#']));
        await Promise.all(readers.map((reader) => reader.ping()));
        return async () => {
          for (const reader of readers) reader[Symbol.dispose]();
          await pour(peer, 40_000, (at) => publishBytes(`flood/${at % 100}/${at}`, new Uint8Array(), { retain: true }));
          await peer.ping();
          peer[Symbol.dispose]();
        };
      },
      mostBytes: 64 * mebibyte,
    }));

  test('a SUBSCRIBE of everything, 500 times in one write, with 5,000 retained messages, and nobody reads', () =>
    underAttack({
      limits: { maxBufferedBytes: 4 * mebibyte },
      async begin(victim) {
        const retainer = await connectPeer(victim.ports.tcp, 'retainer');
        await pour(retainer, 5_000, (at) => publishBytes(`kept/${at}`, hundredBytes, { retain: true }));
        await retainer.ping();
        const greedy = await connectPeer(victim.ports.tcp, 'greedy');
        greedy.socket.pause();
        await greedy.sendAll(Buffer.concat(Array.from({ length: 500 }, () => subscribeBytes(1, ['kept/#'], 2))));
        // Its turn comes behind that of the attacker.
        await retainer.ping();
        return async () => {
          greedy[Symbol.dispose]();
          await pour(retainer, 5_000, (at) => publishBytes(`kept/${at}`, new Uint8Array(), { retain: true }));
          await retainer.ping();
          retainer[Symbol.dispose]();
        };
      },
      mostBytes: 64 * mebibyte,
    }));

  test('a client with 100,000 subscriptions, which ends', () =>
    underAttack({
      async begin(victim) {
        const peer = await connectPeer(victim.ports.tcp, 'subscriber');
        await pour(peer, 1_000, (at) =>
          subscribeBytes(
            1 + at,
            Array.from({ length: 100 }, (_, filter) => `flood/${at}/${filter}/+`),
          ),
        );
        await peer.ping();
        return dispose(peer);
      },
      mostBytes: 128 * mebibyte,
    }));

  test('SUBSCRIBE and UNSUBSCRIBE of one filter, 100,000 times in turn', () =>
    underAttack({
      async begin(victim) {
        const peer = await connectPeer(victim.ports.tcp, 'fickle');
        const unsubscribe = encode({ type: 'unsubscribe', packetId: 2, topicFilters: ['a/+/b'] });
        const pair = Buffer.concat([subscribeBytes(1, ['a/+/b'], 2), unsubscribe]);
        await pour(peer, 100_000, () => pair);
        await peer.ping();
        return dispose(peer);
      },
      mostBytes: 32 * mebibyte,
    }));

  test('a subscriber that stops reading while a publisher sends it 200 MiB', () =>
    underAttack({
      limits: { maxBufferedBytes: 4 * mebibyte },
      async begin(victim) {
        const deaf = await connectPeer(victim.ports.tcp, 'deaf');
        deaf.send(subscribeBytes(1, ['flood'], 0));
        await deaf.ping();
        deaf.socket.pause();
        const publisher = await connectPeer(victim.ports.tcp, 'publisher');
        await pour(publisher, 200_000, () => publishBytes('flood', kibibyte));
        await publisher.ping();
        return () => {
          publisher[Symbol.dispose]();
          deaf[Symbol.dispose]();
        };
      },
      mostBytes: 48 * mebibyte,
    }));

  test('a subscriber at QoS 1 that stops reading while a publisher sends it 100 MiB', () =>
    underAttack({
      limits: { maxBufferedBytes: 4 * mebibyte, maxQueuedMessages: 5_000, maxInFlight: 1_000 },
      async begin(victim) {
        const deaf = await connectPeer(victim.ports.tcp, 'deaf');
        deaf.send(subscribeBytes(1, ['flood'], 1));
        await deaf.ping();
        deaf.socket.pause();
        const publisher = await connectPeer(victim.ports.tcp, 'publisher');
        await pour(publisher, 100_000, (at) =>
          publishBytes('flood', kibibyte, { qos: 1, packetId: 1 + (at % 65_535) }),
        );
        await publisher.ping();
        return () => {
          publisher[Symbol.dispose]();
          deaf[Symbol.dispose]();
        };
      },
      mostBytes: 64 * mebibyte,
    }));

  test('a client that asks for 128 MiB of answers and never reads one: it can ask for no more than it takes', () =>
    underAttack({
      limits: { maxBufferedBytes: 4 * mebibyte },
      async begin(victim) {
        const deaf = await connectPeer(victim.ports.tcp, 'deaf');
        deaf.socket.pause();
        const pings = Buffer.alloc(65_536, Uint8Array.of(0xc0, 0));
        for (let round = 0; round < 2_048 && (await isTaken(deaf, pings)); round++);
        return dispose(deaf);
      },
      mostBytes: 32 * mebibyte,
    }));
});
