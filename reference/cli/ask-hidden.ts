// A question whose answer nobody shall see. In: a terminal. Out: what was typed.

/** What of a terminal is needed. */
export interface Terminal {
  readonly input: NodeJS.ReadableStream & { setRawMode(isRaw: boolean): unknown };
  readonly output: { write(text: string): unknown };
}

/** Somebody has typed Ctrl-C. */
export class Interrupted extends Error {}

/** Asks, echoes nothing, and resolves at Enter. Rejects with Interrupted at Ctrl-C; the terminal is left as it was. */
export async function askHidden(question: string, { input, output }: Terminal): Promise<string> {
  // Before the question: somebody may answer at once.
  input.setRawMode(true);
  output.write(question);
  input.setEncoding('utf8');
  try {
    return await typed(input);
  } finally {
    input.setRawMode(false);
    input.pause();
    output.write('\n');
  }
}

function typed(input: Terminal['input']): Promise<string> {
  return new Promise((resolve, reject) => {
    const characters: string[] = [];
    const over = (): void => void input.off('data', onData).off('end', onEnd);
    const onEnd = (): void => {
      over();
      resolve(characters.join(''));
    };
    const onData = (chunk: string | Buffer): void => {
      for (const character of chunk.toString()) {
        if (character === '\r' || character === '\n' || character === '\u0004') return onEnd();
        if (character === '\u0003') {
          over();
          return reject(new Interrupted('interrupted'));
        }
        if (character === '\u007F' || character === '\b') characters.pop();
        else characters.push(character);
      }
    };
    input.on('data', onData).on('end', onEnd);
    input.resume();
  });
}
