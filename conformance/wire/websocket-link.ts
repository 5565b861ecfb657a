// A link over WebSocket (chapter 6): packets travel as binary frames, and need not line up with them.
import { WebSocket } from 'ws';
import { type Address, formatAddress } from '../target/address.ts';
import { type Link, type LinkListener, LinkRefused } from './link.ts';

/** Opens a WebSocket with the subprotocol `mqtt`. Rejects with LinkRefused. */
export function dialWebSocket(
  address: Address,
  { listener, timeoutMs }: { listener: LinkListener; timeoutMs: number },
): Promise<Link> {
  const { userName: _userName, ...plain } = address;
  const socket = new WebSocket(formatAddress(plain), 'mqtt', {
    handshakeTimeout: timeoutMs,
    rejectUnauthorized: false,
  });
  socket.binaryType = 'nodebuffer';
  return new Promise((resolve, reject) => {
    socket.once('error', (cause: NodeJS.ErrnoException) => {
      reject(new LinkRefused(cause.message, { code: cause.code ?? 'EWEBSOCKET', cause }));
    });
    socket.once('open', () => {
      socket.on('error', () => listener.ended('RST'));
      resolve(linkOver(socket));
    });
    socket.on('message', (data: Buffer, isBinary) => {
      if (!isBinary) listener.textFrame();
      listener.bytes(data);
    });
    socket.once('close', (code) => listener.ended(code === 1006 ? 'RST' : 'FIN'));
  });
}

function linkOver(socket: WebSocket): Link {
  return {
    write: (bytes) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(bytes, { binary: true });
    },
    writeText: (bytes) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(bytes, { binary: false });
    },
    finish: () => socket.close(),
    close: () => socket.close(),
    reset: () => socket.terminate(),
    pause: () => socket.pause(),
    resume: () => socket.resume(),
  };
}
