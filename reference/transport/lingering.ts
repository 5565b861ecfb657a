// Streams that we have ended and whose peer has not yet: after a while they are cut, by one timer for all of them.
import type { Socket } from 'node:net';

/** A peer that does not answer our FIN is cut after this time, at the latest after twice this time. */
const lingerMs = 5_000;

/** Those of this period, and those of the one before. */
let younger = new Set<Socket>();
let older = new Set<Socket>();
let timer: NodeJS.Timeout | undefined;

/** The socket is to be closed before long. */
export function linger(socket: Socket): void {
  younger.add(socket);
  timer ??= setInterval(cut, lingerMs).unref();
}

/** The socket is closed. */
export function lingersNoMore(socket: Socket): void {
  if (!younger.delete(socket)) older.delete(socket);
}

function cut(): void {
  for (const socket of older) socket.destroy();
  older = younger;
  younger = new Set();
  if (older.size > 0) return;
  clearInterval(timer);
  timer = undefined;
}
