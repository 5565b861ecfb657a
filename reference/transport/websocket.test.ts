// WebSocket as chapter 6 has it, against the client of `ws`.
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { type Broker, type BrokerOptions, startBroker } from '../broker/index.ts';

const open: { destroy(): void }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.destroy();
});

const start = (options: BrokerOptions = {}): Promise<Broker> =>
  startBroker({ listeners: [{ kind: 'ws', port: 0 }], ...options });

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

  test.each<[string, (socket: WebSocket) => void]>([
    ['a text frame of WebSocket (MQTT-6.0.0-1)', (socket) => socket.send('text')],
    ['WebSocket: Invalid WebSocket frame: MASK must be set', (socket) => socket.send(pingreq, { mask: false })],
    ['WebSocket: Max payload size exceeded', (socket) => socket.send(Buffer.alloc(2_000_000, pingreq))],
    [
      'a message of WebSocket of more than 1048704 bytes',
      (socket) => {
        for (let part = 0; part < 2_000; part++) socket.send(Buffer.alloc(1_000, pingreq), { fin: false });
      },
    ],
  ])('says why a connection has ended: %s', async (detail, breaks) => {
    await using broker = await start({ maxPacketBytes: 128 });
    const { socket, bytes } = await opened(broker);
    socket.send(connectPacket);
    await bytes(4);
    const ended = new Promise<object>((done) => broker.on('disconnected', done));
    breaks(socket);
    expect(await ended).toMatchObject({ reason: 'protocol violation', detail });
  });

  test('reads nothing behind a text frame', async () => {
    await using broker = await start();
    const { socket, bytes } = await opened(broker);
    const published: string[] = [];
    broker.on('published', ({ topicName }) => published.push(topicName));
    const publish = Buffer.from('3003000161', 'hex');
    socket.send(Buffer.concat([connectPacket, publish]));
    await bytes(4);
    socket.send('text');
    socket.send(publish);
    await once(socket, 'close');
    expect(published).toEqual(['a']);
  });

  test('carries frames of many packets, larger than the largest packet', async () => {
    await using broker = await start({ maxPacketBytes: 128 });
    const { socket, bytes } = await opened(broker);
    socket.send(connectPacket);
    await bytes(4);
    socket.send(Buffer.alloc(200_000, pingreq));
    const answered = bytes(200_004).then(({ length }) => length / 2);
    expect(await Promise.race([answered, once(socket, 'close')])).toBe(200_004);
    socket.send(Buffer.alloc(2_000_000, pingreq));
    const [code] = (await once(socket, 'close')) as [number];
    expect(code).toBe(1009);
  });

  test('is not read to the end of a long frame in one turn', async () => {
    await using broker = await start();
    const { socket, bytes } = await opened(broker);
    socket.send(connectPacket);
    await bytes(4);
    const packets = 8_000_000;
    socket.send(Buffer.alloc(2 * packets, pingreq));
    let [seen, longest] = [broker.counters.packetsReceived, 0];
    while (seen < packets && socket.readyState === WebSocket.OPEN) {
      await new Promise((turn) => setImmediate(turn));
      const { packetsReceived } = broker.counters;
      longest = Math.max(longest, packetsReceived - seen);
      seen = packetsReceived;
    }
    expect(longest).toBeLessThan(packets / 2);
  });

  test('gathers no more of a frame than a client that was not let in may send', async () => {
    await using broker = await start({ connectTimeoutMs: 3_600_000 });
    const socket = await opened(broker).then(({ socket: one }) => one);
    const over = once(socket, 'close');
    socket.send(Buffer.alloc(8_000_000), { fin: false });
    await over;
    const { socket: client, bytes } = await opened(broker);
    client.send(connectPacket);
    await bytes(4);
    const published = new Promise<number>((done) => broker.on('published', ({ payload }) => done(payload.length)));
    client.send(Buffer.concat([Buffer.from('3083a4e803000161', 'hex'), Buffer.alloc(8_000_000)]));
    expect(await published).toBe(8_000_000);
  });

  test('is not HTTP: a plain request is told so, and its connection ends', async () => {
    await using broker = await start();
    const response = await fetch(broker.address.replace('ws:', 'http:'));
    expect([response.status, await response.text()]).toEqual([426, 'MQTT over WebSocket: subprotocol mqtt\n']);
    expect(response.headers.get('connection')).toBe('close');
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
