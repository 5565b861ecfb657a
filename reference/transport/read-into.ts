// Reading plain sockets without a buffer for each read: quiet ones share one, busy ones have one of their own, in which an unfinished
// packet waits for its rest. In: an accepted socket. Out: chunks. Node has the option `onread` for sockets that are opened alone; what
// it stands on is used here for accepted ones too, and where a Node lacks it, sockets are read as usual.
import { Buffer } from 'node:buffer';
import { Socket } from 'node:net';
import type { Loan, TransportListener } from './transport.ts';

const sharedBytes = 65_536;
const ownBytes = 262_144;
/** A read of so many bytes makes a socket a busy one. */
const busyBytes = 16_384;
/** So many sockets are busy at the same time at most; one that has read nothing for a while gives its place up. */
const mostBusy = 64;
const idleMs = 1_000;

const shared = Buffer.allocUnsafeSlow(sharedBytes);
const free: LentBuffer[] = [];
/** A field of the socket costs less than a table of sockets. */
const readingOf = Symbol('reading');
type ReadSocket = Socket & { [readingOf]?: Reading | undefined };
const busy = new Set<Reading>();
/** The buffer for the next read of the socket whose chunk was told of last; undefined: the same. */
let next: Buffer | undefined;

interface BufferUser {
  useUserBuffer(buffer: Buffer): void;
}

/** Tells a listener of the bytes that come; false where this Node cannot. */
export function readInto(socket: ReadSocket, listener: TransportListener): boolean {
  const handle = handleOf(socket);
  if (keys === undefined || handle === undefined) return false;
  const fields = socket as unknown as Record<symbol, unknown>;
  fields[keys.buffer] = shared;
  fields[keys.callback] = onRead;
  fields[keys.generator] = takeNext;
  socket[readingOf] = new Reading(socket, listener);
  handle.useUserBuffer(shared);
  return true;
}

/** From now on a socket reads into this buffer. */
function use(socket: Socket, buffer: Buffer): void {
  if (keys === undefined) return;
  (socket as unknown as Record<symbol, unknown>)[keys.buffer] = buffer;
  handleOf(socket)?.useUserBuffer(buffer);
}

/** The socket is over. */
export function readNoMore(socket: ReadSocket): void {
  socket[readingOf]?.end();
  socket[readingOf] = undefined;
}

function onRead(this: ReadSocket, bytes: number): boolean {
  next = this[readingOf]?.read(bytes);
  return true;
}

function takeNext(): Buffer | undefined {
  const buffer = next;
  next = undefined;
  return buffer;
}

class Reading implements Loan {
  readonly #socket: Socket;
  readonly #listener: TransportListener;
  /** Its own buffer, while it is busy, and how much of an unfinished packet is at its beginning. */
  #own: LentBuffer | undefined;
  #waiting = 0;
  #againFrom = -1;
  #readAt = 0;

  constructor(socket: Socket, listener: TransportListener) {
    this.#socket = socket;
    this.#listener = listener;
  }

  keep(): () => void {
    return this.#own?.lend() ?? (() => {});
  }

  comesAgain(from: number, packetBytes: number): boolean {
    // More would leave little room to read into.
    if (packetBytes > ownBytes / 2) return false;
    this.#againFrom = from;
    return true;
  }

  /** So many bytes came; returns where the next shall go, if that is elsewhere. */
  read(bytes: number): Buffer | undefined {
    const own = this.#own;
    if (own === undefined) {
      this.#listener.bytes(shared.subarray(0, bytes));
      return bytes < busyBytes ? undefined : this.#becomeBusy();
    }
    this.#readAt = performance.now();
    const before = this.#waiting;
    const length = before + bytes;
    this.#againFrom = length;
    this.#listener.bytes(own.bytes.subarray(0, length), this);
    if (this.#own === undefined) return shared;
    this.#waiting = length - this.#againFrom;
    const after = own.isLent ? newBuffer() : own;
    if (this.#waiting > 0 && (this.#againFrom > 0 || after !== own))
      own.bytes.copy(after.bytes, 0, this.#againFrom, length);
    this.#own = after;
    if (after !== own) own.end();
    return after === own && this.#waiting === before ? undefined : after.bytes.subarray(this.#waiting);
  }

  end(): void {
    busy.delete(this);
    this.#own?.end();
    this.#own = undefined;
  }

  #becomeBusy(): Buffer | undefined {
    if (busy.size >= mostBusy && !makePlace()) return undefined;
    busy.add(this);
    this.#own = newBuffer();
    this.#waiting = 0;
    return this.#own.bytes;
  }

  /** Gives its buffer up, if it has not read for a while and nothing waits in it. */
  becomeQuiet(now: number): boolean {
    if (this.#waiting > 0 || this.#own === undefined || now - this.#readAt < idleMs) return false;
    busy.delete(this);
    this.#own.end();
    this.#own = undefined;
    use(this.#socket, shared);
    return true;
  }
}

function makePlace(): boolean {
  const now = performance.now();
  for (const reading of busy) if (reading.becomeQuiet(now)) return true;
  return false;
}

const newBuffer = (): LentBuffer => free.pop() ?? new LentBuffer();

/** A buffer that is free again when its socket and all who write from it are done with it. */
class LentBuffer {
  readonly bytes = Buffer.allocUnsafeSlow(ownBytes);
  #uses = 0;
  #isEnded = false;
  readonly #giveBack = (): void => {
    this.#uses--;
    this.#freeIfDone();
  };

  get isLent(): boolean {
    return this.#uses > 0;
  }

  lend(): () => void {
    this.#uses++;
    return this.#giveBack;
  }

  /** No more is read into it. */
  end(): void {
    this.#isEnded = true;
    this.#freeIfDone();
  }

  #freeIfDone(): void {
    if (!this.#isEnded || this.#uses > 0 || free.length >= mostBusy) return;
    this.#isEnded = false;
    free.push(this);
  }
}

function handleOf(socket: Socket): BufferUser | undefined {
  const handle: unknown = (socket as { readonly _handle?: unknown })._handle;
  return isBufferUser(handle) ? handle : undefined;
}

const isBufferUser = (handle: unknown): handle is BufferUser =>
  typeof handle === 'object' &&
  handle !== null &&
  'useUserBuffer' in handle &&
  typeof handle.useUserBuffer === 'function';

/** Where a socket keeps what its `onread` option says. */
const keys = keysOf(new Socket());

function keysOf(socket: Socket): { buffer: symbol; callback: symbol; generator: symbol } | undefined {
  const named = (name: string): symbol | undefined =>
    Object.getOwnPropertySymbols(socket).find(({ description }) => description === name);
  const [buffer, callback, generator] = [named('kBuffer'), named('kBufferCb'), named('kBufferGen')];
  if (buffer === undefined || callback === undefined || generator === undefined) return undefined;
  return { buffer, callback, generator };
}
