// Throws byte streams at a broker, many at the same time, a connection each. In: a port, streams. Out: how the broker took them.
import { connect } from 'node:net';
import { within } from './within.ts';

export interface FuzzOptions {
  readonly port: number;
  readonly streams: number;
  readonly next: () => Uint8Array;
  /** Connections at the same time. */
  readonly concurrency: number;
  /** Whether the next connection ends by RST instead of FIN. */
  readonly resets: () => boolean;
  /** Called with the number of streams that are done. */
  readonly progress?: (done: number) => void;
}

export interface FuzzResult {
  readonly streams: number;
  readonly bytes: number;
  /** Connections that got a CONNACK with return code 0: these streams have come further than to CONNECT. */
  readonly accepted: number;
}

/** The broker has to end a connection whose client has sent FIN; more than this is a hang. */
const endsWithinMs = 30_000;

/** Rejects at the first connection that is refused or not ended in time. */
export async function fuzz({ port, streams, next, concurrency, resets, progress }: FuzzOptions): Promise<FuzzResult> {
  let begun = 0;
  let done = 0;
  let bytes = 0;
  let accepted = 0;
  const thrower = async (): Promise<void> => {
    while (begun < streams) {
      begun++;
      const stream = next();
      bytes += stream.length;
      if (await throwOne(port, stream, resets())) accepted++;
      progress?.(++done);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, thrower));
  return { streams: done, bytes, accepted };
}

/** Resolves with whether its CONNECT was accepted. */
function throwOne(port: number, stream: Uint8Array, reset: boolean): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port });
  const over = new Promise<boolean>((resolve, reject) => {
    let isOpen = false;
    let accepted = false;
    socket.once('connect', () => {
      isOpen = true;
      if (reset) socket.write(stream, () => void socket.resetAndDestroy());
      else socket.end(stream);
    });
    socket.once('data', (answer: Uint8Array) => {
      accepted = answer[0] === 0x20 && answer[3] === 0;
    });
    socket.once('error', (error) => {
      if (!isOpen) reject(error);
    });
    socket.once('close', () => resolve(accepted));
    socket.resume();
  });
  return within(endsWithinMs, `a connection is ended behind ${hexOf(stream)}`, over).finally(() => socket.destroy());
}

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes.subarray(0, 100)).toString('hex');
