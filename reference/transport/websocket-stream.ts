// MQTT over an open WebSocket, of either side (chapter 6). In: the socket. Out: a transport. Packets need not line up with frames.
import type { WebSocket } from 'ws';
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
}

/** Hands an open socket over to its listener. */
export function overWebSocket(
  socket: WebSocket,
  { remoteAddress, certificateName, manners, accept }: WebSocketStream,
): Transport {
  socket.binaryType = 'nodebuffer';
  let isWaiting = false;
  const sent = (): void => {
    if (!isWaiting || socket.bufferedAmount > 0) return;
    isWaiting = false;
    listener.drained?.();
  };
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
      return socket.bufferedAmount;
    },
    close: () => socket.close(),
    reset: () => socket.terminate(),
    pause: () => socket.pause(),
    resume: () => socket.resume(),
  };
  const listener = accept(transport);
  socket.on('message', (data, isBinary) => {
    if (!isBinary && manners.reactionToTextFrame() === 'close') socket.close(1003, 'MQTT travels in binary frames');
    else listener.bytes(manners.readsOf(data as Buffer), given);
  });
  // Whatever broke it, `close` follows.
  socket.on('error', () => {});
  socket.once('close', (code) => listener.ended(code === 1006 ? 'broken' : 'finished'));
  return transport;
}
