// MQTT over an open WebSocket, of either side (chapter 6). In: the socket. Out: a transport. Packets need not line up with frames.
import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import { IncomingFrames } from './incoming-frames.ts';
import { takenBytes } from './taken-bytes.ts';
import { given, type Transport, type TransportListener } from './transport.ts';

/** What the standard decides of data frames; a faulty broker replaces some of it. */
export interface FrameManners {
  /** MQTT-6.0.0-1: MQTT travels in binary frames; any other frame ends the connection. */
  reactionToTextFrame(): 'close' | 'accept';
  /** MQTT-6.0.0-2: what of a frame is read; all of it. */
  readsOf(frame: Uint8Array): Uint8Array;
  /** MQTT-6.0.0-1. */
  sendsBinaryFrames(): boolean;
}

/** As the standard has it. */
export const frameManners: FrameManners = {
  reactionToTextFrame: () => 'close',
  readsOf: (frame) => frame,
  sendsBinaryFrames: () => true,
};

export interface WebSocketStream {
  readonly remoteAddress: string;
  readonly certificateName?: string | undefined;
  readonly manners: FrameManners;
  readonly accept: (transport: Transport) => TransportListener;
  /** Where its bytes come from: no more are gathered for a frame than whoever listens would take. Left out: that is not looked at. */
  readonly below?: Socket;
}

/** A frame may hold many packets: so much more than the largest of them. */
export const mostBesideBytes = 1_048_576;
/** Of a control frame of a client, beside what it carries: two bytes and the mask. */
const controlBytes = 6;

/** Hands an open socket over to its listener. */
export function overWebSocket(
  socket: WebSocket,
  { remoteAddress, certificateName, manners, accept, below }: WebSocketStream,
): Transport {
  socket.binaryType = 'nodebuffer';
  let isWaiting = false;
  let isGone = false;
  const sent = (): void => {
    if (!isWaiting || transport.bufferedBytes > 0) return;
    isWaiting = false;
    listener.drained?.();
  };
  const frames = new IncomingFrames((slice) => listener.bytes(slice, given));
  const transport: Transport = {
    remoteAddress,
    certificateName,
    write: (bytes, taken) => {
      if (socket.readyState !== socket.OPEN) return taken?.();
      socket.send(bytes, { binary: manners.sendsBinaryFrames() }, () => {
        sent();
        taken?.();
      });
      if (socket.bufferedAmount > 0) isWaiting = true;
    },
    get bufferedBytes() {
      return isGone ? 0 : socket.bufferedAmount;
    },
    get takenBytes() {
      return below === undefined ? undefined : takenBytes(below);
    },
    close: () => {
      socket.resume();
      socket.close();
      frames.drop();
    },
    reset: () => {
      socket.terminate();
      frames.drop();
    },
    pause: () => {
      frames.pause();
      socket.pause();
    },
    resume: () => {
      frames.resume();
      if (!frames.isPaused) socket.resume();
    },
  };
  const listener = accept(transport);
  let gathered = 0;
  below?.on('data', ({ length }: Buffer) => {
    gathered += length;
    const most = (listener.mostBytes ?? Number.POSITIVE_INFINITY) + mostBesideBytes;
    if (gathered <= most) return;
    transport.reset();
    listener.violated?.(`a message of WebSocket of more than ${most} bytes`);
  });
  const control = ({ length }: Buffer): void => {
    gathered -= length + controlBytes;
  };
  socket.on('ping', control).on('pong', control);
  socket.on('message', (data, isBinary) => {
    gathered = 0;
    // Behind a frame of text nothing is read any more.
    if (socket.readyState !== socket.OPEN) return;
    if (isBinary || manners.reactionToTextFrame() === 'accept') return frames.push(manners.readsOf(data as Buffer));
    frames.drop();
    socket.close(1003, 'MQTT travels in binary frames');
    listener.violated?.('a text frame of WebSocket (MQTT-6.0.0-1)');
  });
  // Whatever broke it, `close` follows.
  socket.on('error', ({ code = '', message }: NodeJS.ErrnoException) => {
    if (code.startsWith('WS_ERR_')) listener.violated?.(`WebSocket: ${message}`);
  });
  socket.once('close', (code) => {
    isGone = true;
    if (code === 1006) frames.drop();
    frames.end(() => listener.ended(code === 1006 ? 'broken' : 'finished'));
    // Whoever waits for the peer to take something waits no more.
    listener.drained?.();
  });
  return transport;
}
