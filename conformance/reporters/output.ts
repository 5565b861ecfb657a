// Where a report goes: a file, or a stream. In: text. Out: nothing; `done` resolves when it is written.
import { mkdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Writable } from 'node:stream';

export interface Output {
  write(text: string): void;
  /** Rejects where the file cannot be written. */
  done(): Promise<void>;
}

/** Writes the file at the end, whole. */
export function fileOutput(file: string): Output {
  mkdirSync(dirname(file), { recursive: true });
  let text = '';
  return {
    write: (part) => {
      text += part;
    },
    done: () => writeFile(file, text),
  };
}

/** Writes at once. Where the reader of a pipe has gone (`| head`), the rest is dropped: that is no verdict. */
export function streamOutput(stream: { write(text: string): unknown }): Output {
  if (stream instanceof Writable) stream.on('error', throwUnlessReaderIsGone);
  return {
    write: (part) => {
      stream.write(part);
    },
    done: () => Promise.resolve(),
  };
}

function throwUnlessReaderIsGone(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}
