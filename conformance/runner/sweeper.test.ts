// What scenarios that have ended may have left retained is cleared while others are played; without a connection it is left for the end.
import { expect, test } from 'vitest';
import type { Packet } from '../../reference/codec/packet.ts';
import { parseAddress } from '../target/address.ts';
import { connectTo } from '../target/quietly.ts';
import { Connection } from '../wire/connection.ts';
import { publish } from '../wire/packets.ts';
import { Patience } from '../wire/patience.ts';
import { startSilentTarget } from '../wire/play/silent-target.ts';
import { Tracer } from '../wire/tracer.ts';
import { Sweeper } from './sweeper.ts';

function sweeperAt(port: number): { readonly sweeper: Sweeper; readonly sent: Packet[] } {
  const sent: Packet[] = [];
  const address = parseAddress(`127.0.0.1:${port}`);
  const now = (): number => performance.now();
  const sweeper = new Sweeper({
    connect: () => connectTo(address, { level: 4, clientId: 'sweeper' }),
    open: (name) =>
      Connection.open({
        name,
        address,
        now,
        tracer: new Tracer({ now, secrets: [] }),
        patience: new Patience({ replyMs: 1_000 }),
        watchers: [
          { sent: (_, packet) => packet !== undefined && sent.push(packet), received: () => {}, ended: () => {} },
        ],
      }),
  });
  return { sweeper, sent };
}

test('an empty retained message clears each topic', async () => {
  await using target = await startSilentTarget();
  const { sweeper, sent } = sweeperAt(target.port);
  await sweeper.open();
  sweeper.sweep(new Set(['a', 'b/c']));
  sweeper.sweep([]);
  sweeper.close();
  expect(sent.slice(1)).toEqual([
    publish({ topicName: 'a', retain: true }),
    publish({ topicName: 'b/c', retain: true }),
    { type: 'disconnect' },
  ]);
});

test('a target that lets nobody in is asked nothing', async () => {
  const target = await startSilentTarget();
  await target[Symbol.asyncDispose]();
  const { sweeper, sent } = sweeperAt(target.port);
  await sweeper.open();
  sweeper.sweep(['a']);
  sweeper.close();
  expect(sent).toEqual([]);
});
