// How much of what was written to a socket has left it. In: a socket. Out: bytes. Node tells of a write only when all of it has left, and
// that may be a great deal: what stands below the socket knows more.
import type { Socket } from 'node:net';

interface Counting {
  readonly bytesWritten: number;
  readonly writeQueueSize: number;
}

/** Changes whenever the peer has taken something of what waits, and then alone; undefined where this Node does not tell. */
export function takenBytes(socket: Socket): number | undefined {
  const handle: unknown = (socket as { readonly _handle?: unknown })._handle;
  // TLS counts what it has encrypted: what leaves is counted by the stream below.
  const stream = 'encrypted' in socket ? (handle as { readonly _parent?: unknown } | null)?._parent : handle;
  return isCounting(stream) ? stream.bytesWritten - stream.writeQueueSize : undefined;
}

const isCounting = (stream: unknown): stream is Counting =>
  typeof stream === 'object' &&
  stream !== null &&
  'bytesWritten' in stream &&
  typeof stream.bytesWritten === 'number' &&
  'writeQueueSize' in stream &&
  typeof stream.writeQueueSize === 'number';
