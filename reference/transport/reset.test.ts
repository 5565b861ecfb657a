import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { expect, test } from 'vitest';
import { selfSigned } from './sample-certificates.ts';
import { listenTcp } from './tcp.ts';
import type { Transport, TransportListener } from './transport.ts';

/** Breaks every stream off as soon as something has come. */
function breaksOff(transport: Transport): TransportListener {
  return { bytes: () => transport.reset(), ended: () => {} };
}

test('a stream over TCP, TLS or a Unix socket can be broken off', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'mqttspec-reset-'));
  const path = join(folder, 'socket');
  const at = { host: '127.0.0.1', port: 0, accept: breaksOff };
  const [tcp, tls, unix] = await Promise.all([
    listenTcp(at),
    listenTcp({ ...at, tls: selfSigned }),
    listenTcp({ ...at, path }),
  ]);
  const sockets = [
    connect({ host: '127.0.0.1', port: tcp.port }),
    connectTls({ host: '127.0.0.1', port: tls.port, rejectUnauthorized: false }),
    connect({ path }),
  ];
  const closed = sockets.map((socket) => {
    socket.on('error', () => {});
    socket.write('x');
    socket.resume();
    return new Promise((done) => socket.once('close', done));
  });
  expect(await Promise.all(closed)).toHaveLength(3);
  await Promise.all([tcp, tls, unix].map((listening) => listening.close()));
  rmSync(folder, { recursive: true });
});
