import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { listenTcp } from './tcp.ts';
import type { Listening, StreamEnd, Transport } from './transport.ts';

interface Served {
  readonly transport: Transport;
  readonly ended: Promise<StreamEnd>;
  /** Resolves when so many bytes have come. */
  bytes(count: number): Promise<string>;
}

const open: { readonly listening: Listening; readonly peer: Socket; readonly transport: Transport }[] = [];
afterEach(async () => {
  for (const { listening, peer, transport } of open.splice(0)) {
    peer.destroy();
    transport.reset();
    await listening.close();
  }
});

/** A listener, a peer of it, and what was accepted. */
async function pair(): Promise<{ peer: Socket; served: Served }> {
  let accepted: (served: Served) => void = () => {};
  const served = new Promise<Served>((resolve) => (accepted = resolve));
  const listening = await listenTcp({
    host: '127.0.0.1',
    port: 0,
    accept: (transport) => {
      let came = '';
      let look = (): void => {};
      let end: (how: StreamEnd) => void = () => {};
      const bytes = (count: number): Promise<string> =>
        new Promise((done) => {
          look = () => {
            if (came.length >= count) done(came);
          };
          look();
        });
      accepted({ transport, bytes, ended: new Promise((done) => (end = done)) });
      return {
        bytes: (chunk) => {
          came += Buffer.from(chunk).toString('latin1');
          look();
        },
        ended: (how) => end(how),
      };
    },
  });
  const peer = connect({ port: listening.port, host: '127.0.0.1', allowHalfOpen: true });
  peer.on('error', () => {});
  const { transport } = await served;
  open.push({ listening, peer, transport });
  return { peer, served: await served };
}

/** All that a socket gets until its end, and whether an error ended it. */
function received(socket: Socket): Promise<{ text: string; error: string | undefined }> {
  let text = '';
  let error: string | undefined;
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  socket.on('error', ({ code }: NodeJS.ErrnoException) => {
    error = code;
  });
  return new Promise((done) => {
    socket.once('end', () => done({ text, error }));
    socket.once('close', () => done({ text, error }));
  });
}

describe('TCP', () => {
  test('carries bytes both ways, and tells the address of the peer', async () => {
    const { peer, served } = await pair();
    const answer = new Promise<string>((done) => peer.once('data', (chunk: Buffer) => done(chunk.toString())));
    peer.write('question');
    expect(await served.bytes(8)).toBe('question');
    served.transport.write(Buffer.from('answer'));
    expect(await answer).toBe('answer');
    expect(served.transport.remoteAddress).toBe('127.0.0.1');
  });

  test('tells that the peer has finished, and still carries an answer', async () => {
    const { peer, served } = await pair();
    const answer = received(peer);
    peer.end('last words');
    expect(await served.ended).toBe('finished');
    served.transport.write(Buffer.from('heard'));
    served.transport.close();
    expect(await answer).toEqual({ text: 'heard', error: undefined });
  });

  test('tells that the peer has broken off', async () => {
    const { peer, served } = await pair();
    peer.resetAndDestroy();
    expect(await served.ended).toBe('broken');
  });

  test('tells the address of a peer that has broken off where it was asked for before', async () => {
    const { peer, served } = await pair();
    served.transport.identify?.();
    peer.resetAndDestroy();
    await served.ended;
    expect(served.transport.remoteAddress).toBe('127.0.0.1');
  });

  test('closes by FIN, behind what is written', async () => {
    const { peer, served } = await pair();
    const all = received(peer);
    served.transport.write(Buffer.from('goodbye'));
    served.transport.close();
    served.transport.close();
    expect(await all).toEqual({ text: 'goodbye', error: undefined });
    peer.end();
    await served.ended;
  });

  test('breaks off by RST', async () => {
    const { peer, served } = await pair();
    const all = received(peer);
    served.transport.reset();
    expect(await all).toMatchObject({ error: 'ECONNRESET' });
    expect(await served.ended).toBe('broken');
  });

  test('takes writes and closes after the end without harm', async () => {
    const { peer, served } = await pair();
    peer.resetAndDestroy();
    await served.ended;
    served.transport.write(Buffer.from('to nobody'));
    served.transport.close();
    served.transport.reset();
    expect(served.transport.bufferedBytes).toBe(0);
  });

  test('knows how much a peer has not taken', async () => {
    const { peer, served } = await pair();
    peer.pause();
    const block = new Uint8Array(1 << 20);
    for (let i = 0; i < 32; i++) served.transport.write(block);
    expect(served.transport.bufferedBytes).toBeGreaterThan(1 << 20);
  });

  test('rejects where the port is in use', async () => {
    await pair();
    const port = open[0]?.listening.port ?? 0;
    const again = listenTcp({ host: '127.0.0.1', port, accept: () => ({ bytes: () => {}, ended: () => {} }) });
    await expect(again).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
