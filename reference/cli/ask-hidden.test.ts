import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { askHidden, Interrupted } from './ask-hidden.ts';

/** A terminal at which somebody types, and what is seen there. */
function terminal() {
  const seen: string[] = [];
  const input = Object.assign(new PassThrough(), { setRawMode: (isRaw: boolean) => seen.push(`<raw ${isRaw}>`) });
  return { input, output: { write: (text: string) => seen.push(text) }, seen };
}

describe('a hidden answer', () => {
  test.each([
    ['secret\r', 'secret'],
    ['pä\u007F\u007Fass €\n', 'ass €'],
    ['\b\bx\u0004', 'x'],
    ['\r', ''],
  ])('is what was typed before Enter: %j', async (keys, answer) => {
    const { input, output, seen } = terminal();
    const asked = askHidden('Password: ', { input, output });
    for (const byte of Buffer.from(keys)) input.write(Buffer.of(byte));
    expect(await asked).toBe(answer);
    expect(seen).toEqual(['<raw true>', 'Password: ', '<raw false>', '\n']);
  });

  test('ends with its input', async () => {
    const { input, output } = terminal();
    const asked = askHidden('Password: ', { input, output });
    input.end('half');
    expect(await asked).toBe('half');
  });

  test('is given up at Ctrl-C, and the terminal is as before', async () => {
    const { input, output, seen } = terminal();
    const asked = askHidden('Password: ', { input, output });
    input.write('secr\u0003');
    await expect(asked).rejects.toThrow(Interrupted);
    expect(seen).toEqual(['<raw true>', 'Password: ', '<raw false>', '\n']);
  });
});
