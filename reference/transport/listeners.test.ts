// Every kind of listener, with a client that we did not write: MQTT.js.
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { describe, expect, test } from 'vitest';
import { startBroker } from '../broker/index.ts';
import { selfSigned } from './sample-certificates.ts';

async function exchanges(url: string, options: mqtt.IClientOptions = {}): Promise<string> {
  const client = await mqtt.connectAsync(url, { reconnectPeriod: 0, connectTimeout: 10_000, ...options });
  try {
    const came = new Promise<string>((done) => client.once('message', (_topic, payload) => done(payload.toString())));
    await client.subscribeAsync('listeners/#', { qos: 2 });
    await client.publishAsync('listeners/x', 'across', { qos: 2 });
    return await came;
  } finally {
    await client.endAsync();
  }
}

/** MQTT.js does not dial Unix sockets: the answer to a CONNECT, in hex. */
function connackOver(path: string): Promise<string> {
  return new Promise((done, broke) => {
    const socket = connect({ path });
    socket.once('error', broke);
    socket.once('data', (bytes) => {
      socket.destroy();
      done(bytes.toString('hex'));
    });
    socket.write(Buffer.from('100d00044d5154540402003c000178', 'hex'));
  });
}

describe('a broker that listens at several places', () => {
  test('serves TCP, TLS, WebSocket, secure WebSocket and a Unix socket alike', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mqttspec-'));
    const tls = selfSigned;
    await using broker = await startBroker({
      listeners: [
        { kind: 'tcp', port: 0 },
        { kind: 'tls', port: 0, tls },
        { kind: 'ws', port: 0 },
        { kind: 'wss', port: 0, tls },
        { kind: 'unix', path: join(folder, 'mqtt.sock') },
      ],
    });
    expect(broker.places.map(({ kind }) => kind)).toEqual(['tcp', 'tls', 'ws', 'wss', 'unix']);
    for (const { kind, address } of broker.places) {
      if (kind === 'unix') expect(await connackOver(join(folder, 'mqtt.sock'))).toBe('20020000');
      else expect(await exchanges(address, { rejectUnauthorized: false }), address).toBe('across');
    }
    rmSync(folder, { recursive: true });
  });

  test('listens nowhere if one place cannot be had', async () => {
    await using first = await startBroker({ port: 0 });
    const both = startBroker({
      listeners: [
        { kind: 'ws', port: 0 },
        { kind: 'tcp', port: first.port },
      ],
    });
    await expect(both).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
