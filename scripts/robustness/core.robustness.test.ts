// The same byte streams against the core alone, without sockets: after each of them a client has to be served to the letter.
import { expect, test } from 'vitest';
import { SampleBroker, SampleClient } from '../../reference/broker/core/sample-broker.ts';
import { ByteStreams } from './byte-streams.ts';
import { publishBytes } from './peer.ts';
import { Random } from './random.ts';
import { stock } from './stock.ts';
import { seed, streams } from './stream-count.ts';

test(`${streams.toLocaleString('en')} byte streams, seed ${seed}, in the memory: the next message is delivered and acknowledged`, () => {
  const random = new Random(seed);
  const source = new ByteStreams(random, stock());
  const broker = new SampleBroker({ limits: { maxQueuedMessages: 200 } });
  const canary = broker.subscriber('canary', { canary: 1 });
  for (let at = 0; at < streams; at++) {
    const stream = source.next();
    const attacker = new SampleClient(broker.core);
    for (const chunk of random.chance(70) ? [stream] : halves(stream, random.below(stream.length + 1)))
      attacker.sends(new Uint8Array(chunk));
    attacker.cut();

    const packetId = 1 + (at % 65_535);
    canary.sends(publishBytes('canary', Uint8Array.of(1), { qos: 1, packetId }));
    const got = canary.taken();
    const song = got.find(({ type }) => type === 'publish');
    const served = got.length === 2 && got.some((one) => one.type === 'puback' && one.packetId === packetId);
    if (song?.type !== 'publish' || song.packetId === undefined || !served || canary.closed)
      expect.fail(`not served behind stream ${at}: ${Buffer.from(stream).toString('hex')}`);
    canary.sends({ type: 'puback', packetId: song.packetId });
  }
});

const halves = (bytes: Uint8Array, at: number): readonly Uint8Array[] =>
  [bytes.subarray(0, at), bytes.subarray(at)].filter(({ length }) => length > 0);
