// The end of the process. In: what was written to a stream. Out: it has left, or nobody reads it any more (`| head`): that is no error.
import type { Writable } from 'node:stream';

/** From now on, what nobody reads is dropped. */
export function dropWhatNobodyReads(stream: Writable): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

/** A pipe takes 64 KiB at once; the rest leaves as it is read, and `process.exit` does not wait for it. */
export const written = (stream: Writable): Promise<void> =>
  new Promise((resolve) => {
    if (stream.writableLength === 0 || stream.destroyed) resolve();
    else stream.write('', () => resolve());
  });
