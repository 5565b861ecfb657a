// A process that was busy reads what came meanwhile before it ends anybody for silence (MQTT-3.1.2-24).
import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { encode } from '../codec/encode.ts';
import { startBroker } from './index.ts';

/** Nothing else runs meanwhile, as in a process that has no time. */
const blocks = (ms: number): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

test('a client that sent in time is not ended by a broker that comes late at its alarm', async () => {
  await using broker = await startBroker({ port: 0 });
  const socket = connect({ port: broker.port, host: '127.0.0.1' });
  await once(socket, 'connect');
  socket.write(encode({ type: 'connect', protocolLevel: 4, cleanSession: true, keepAlive: 1, clientId: 'in-time' }, 4));
  await once(socket, 'data');
  socket.write(encode({ type: 'pingreq' }, 4));
  blocks(1_700);
  const [answer] = await Promise.race([once(socket, 'data'), once(socket, 'close')]);
  expect(answer).toEqual(Buffer.of(0xd0, 0));
  socket.destroy();
});
