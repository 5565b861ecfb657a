// WebSocket as chapter 6 has it, against the client of `ws`.
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { type Broker, startBroker } from '../broker/index.ts';

const open: { destroy(): void }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.destroy();
});

const start = (): Promise<Broker> => startBroker({ listeners: [{ kind: 'ws', port: 0 }] });

function dial({ address }: Broker, ...subprotocols: readonly string[]): WebSocket {
  const socket = new WebSocket(address, [...subprotocols]);
  socket.on('error', () => {});
  open.push({ destroy: () => socket.terminate() });
  return socket;
}

/** An open one, whose frames are gathered. */
async function opened(broker: Broker): Promise<{ socket: WebSocket; bytes: (count: number) => Promise<string> }> {
  const socket = dial(broker, 'mqtt');
  let came = '';
  let look = (): void => {};
  socket.on('message', (data: Buffer) => {
    came += data.toString('hex');
    look();
  });
  await once(socket, 'open');
  const bytes = (count: number): Promise<string> =>
    new Promise((done) => {
      look = () => {
        if (came.length >= 2 * count) done(came);
      };
      look();
    });
  return { socket, bytes };
}

const connectPacket = Buffer.from('100d00044d5154540402003c000178', 'hex');
const pingreq = Buffer.from('c000', 'hex');

describe('WebSocket', () => {
  test.each([
    [['mqtt'], 'mqtt'],
    [['mqttv3.1'], 'mqttv3.1'],
    [['other', 'mqttv3.1', 'mqtt'], 'mqtt'],
  ])('chooses of the subprotocols %j', async (offered, chosen) => {
    await using broker = await start();
    const socket = dial(broker, ...offered);
    await once(socket, 'open');
    expect(socket.protocol).toBe(chosen);
  });

  test.each([[['other']], [[]]])('refuses the subprotocols %j', async (offered) => {
    await using broker = await start();
    const [error] = (await once(dial(broker, ...offered), 'error')) as [Error];
    expect(error.message).toMatch(/400/);
  });

  test('carries packets across frames, byte by byte and many at once, in binary frames', async () => {
    await using broker = await start();
    const { socket, bytes } = await opened(broker);
    const isBinary = once(socket, 'message').then(([, binary]) => binary as boolean);
    for (const byte of connectPacket) socket.send(Buffer.of(byte));
    socket.send(Buffer.concat([pingreq, pingreq, pingreq.subarray(0, 1)]));
    socket.send(Buffer.concat([pingreq.subarray(1), Buffer.alloc(0)]));
    expect(await bytes(10)).toBe('20020000d000d000d000');
    expect(await isBinary).toBe(true);
  });

  test('carries packets in fragments of a message', async () => {
    await using broker = await start();
    const { socket, bytes } = await opened(broker);
    socket.send(connectPacket.subarray(0, 5), { fin: false });
    socket.send(connectPacket.subarray(5), { fin: true });
    expect(await bytes(4)).toBe('20020000');
  });

  test('ends at a text frame', async () => {
    await using broker = await start();
    const { socket, bytes } = await opened(broker);
    socket.send(connectPacket);
    await bytes(4);
    socket.send('text');
    const [code] = (await once(socket, 'close')) as [number];
    expect(code).toBe(1003);
  });

  test('is not HTTP: a plain request is told so', async () => {
    await using broker = await start();
    const response = await fetch(broker.address.replace('ws:', 'http:'));
    expect([response.status, await response.text()]).toEqual([426, 'MQTT over WebSocket: subprotocol mqtt\n']);
  });

  test('who breaks off in the middle of a frame harms nobody', async () => {
    await using broker = await start();
    const { socket, bytes } = await opened(broker);
    socket.send(connectPacket);
    await bytes(4);
    const gone = new Promise<string>((done) => broker.on('disconnected', ({ reason }) => done(reason)));
    socket.terminate();
    expect(await gone).toBe('peer closed');
    const raw = connect({ port: broker.port, host: '127.0.0.1' });
    open.push(raw);
    raw.on('error', () => {});
    raw.write('GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n');
    raw.destroy();
    expect((await opened(broker)).socket.readyState).toBe(WebSocket.OPEN);
  });
});
