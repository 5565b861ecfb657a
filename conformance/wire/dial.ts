// Opens a link to the target. In: an address. Out: bytes, and how the stream ended. Knows nothing of MQTT.
import { connect as connectTcp, type OnReadOpts, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Address } from '../target/address.ts';
import { type Ending, type Link, type LinkListener, LinkRefused } from './link.ts';
import { dialWebSocket } from './websocket-link.ts';

/** Opens a link. Rejects with LinkRefused, at the latest after `timeoutMs`. */
export function dial(address: Address, options: { listener: LinkListener; timeoutMs: number }): Promise<Link> {
  switch (address.scheme) {
    case 'mqtt':
      return openSocket(
        connectTcp({ host: address.host, port: address.port, noDelay: true, onread: readFor(options.listener) }),
        'connect',
        options,
      );
    case 'mqtts':
      return openSocket(
        connectTls({ host: address.host, port: address.port, rejectUnauthorized: false }),
        'secureConnect',
        options,
      );
    case 'ws':
    case 'wss':
      return dialWebSocket(address, options);
  }
}

/** What is read is valid during the call alone, so all sockets read into the same memory. */
const readBuffer = Buffer.allocUnsafeSlow(65_536);

const readFor = (listener: LinkListener): OnReadOpts => ({
  buffer: readBuffer,
  callback: (length) => {
    listener.bytes(readBuffer.subarray(0, length));
    return true;
  },
});

function openSocket(
  socket: Socket,
  readyEvent: 'connect' | 'secureConnect',
  { listener, timeoutMs }: { listener: LinkListener; timeoutMs: number },
): Promise<Link> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => refuse({ code: 'ETIMEDOUT' }), timeoutMs);
    const refuse = (cause: { code?: string; message?: string }): void => {
      clearTimeout(timer);
      socket.destroy();
      reject(new LinkRefused(cause.message ?? 'timed out', { code: cause.code ?? 'EUNKNOWN', cause }));
    };
    socket.once('error', refuse);
    socket.once(readyEvent, () => {
      clearTimeout(timer);
      socket.off('error', refuse);
      if (readyEvent === 'secureConnect') {
        socket.setNoDelay(true);
        socket.on('data', (chunk: Uint8Array) => listener.bytes(chunk));
      }
      resolve(new SocketLink(socket, listener));
    });
  });
}

/** A TCP or TLS socket. */
class SocketLink implements Link {
  readonly #socket: Socket;
  readonly #listener: LinkListener;
  #over = false;

  constructor(socket: Socket, listener: LinkListener) {
    this.#socket = socket;
    this.#listener = listener;
    socket.on('end', () => this.#end('FIN'));
    // EPIPE: the peer ended before it read what we wrote; how it ended is told by the next read.
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') this.#end('RST');
    });
    socket.on('close', () => this.#end('RST'));
  }

  write(bytes: Uint8Array): void {
    if (!this.#socket.destroyed && this.#socket.writable) this.#socket.write(bytes);
  }

  writeText(bytes: Uint8Array): void {
    this.write(bytes);
  }

  cork(): void {
    this.#socket.cork();
  }

  uncork(): void {
    this.#socket.uncork();
  }

  finish(): void {
    this.#socket.end();
  }

  close(): void {
    this.#over = true;
    this.#socket.end();
    this.#socket.destroySoon();
    // A peer that never answers our FIN must not keep the descriptor.
    this.#socket.unref();
  }

  reset(): void {
    this.#over = true;
    this.#socket.resetAndDestroy();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  #end(how: Ending): void {
    if (this.#over) return;
    this.#over = true;
    this.#listener.ended(how);
  }
}
