// The way back from letters to bytes, as the page's script goes it. For tests.
import { runInNewContext } from 'node:vm';
import { bytesOfInScript } from './letters.ts';

/** Undoes `textOfBytes`, by the very words of the script. */
export const bytesOfLetters = (text: string, length: number): Uint8Array =>
  Uint8Array.from(runInNewContext(`${bytesOfInScript}bytesOf(text,length)`, { text, length }) as Iterable<number>);
