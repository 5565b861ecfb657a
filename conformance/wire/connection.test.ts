import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { encode } from '../../reference/codec/encode.ts';
import { Connection } from './connection.ts';
import { subscribe } from './packets.ts';
import { Patience } from './patience.ts';
import { listening } from './play/silent-target.ts';
import { Tracer } from './tracer.ts';

test('what is sent while a packet is on its way in segments does not get between them', async () => {
  const chunks: Buffer[] = [];
  const server = createServer((socket) => {
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('end', () => socket.end());
  });
  await using target = await listening(server);
  const now = (): number => performance.now();
  const connection = await Connection.open({
    name: 'client',
    address: { scheme: 'mqtt', host: '127.0.0.1', port: target.port, path: '' },
    tracer: new Tracer({ now, secrets: [] }),
    patience: new Patience({ replyMs: 1_000 }),
    now,
    watchers: [],
  });
  const packet = subscribe(1, { topicFilter: 'a/b', qos: 1 });
  const sent = connection.sendInSegments([packet], 1);
  connection.send({ type: 'pingreq' });
  connection.sendBytes(new Uint8Array([0xe0, 0]), 'DISCONNECT');
  await sent;
  connection.finish();
  await connection.waitFor(() => connection.ending);
  expect(Buffer.concat(chunks).toString('hex')).toBe(`${Buffer.from(encode(packet, 4)).toString('hex')}c000e000`);
});
