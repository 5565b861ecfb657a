// Unix sockets leave a file behind when their server was killed. In: a path. Out: a path that can be listened at.
import { stat, unlink } from 'node:fs/promises';
import { connect } from 'node:net';

/** Bytes of a path that the system can listen at; Node cuts a longer one off, and would listen elsewhere. */
export const longestSocketPath = process.platform === 'linux' ? 107 : 103;

const answersWithinMs = 1_000;

/** Removes the file of a socket that nobody listens at any more; anything else stays as it is. Throws where the path is too long. */
export async function removeStaleSocket(path: string): Promise<void> {
  if (Buffer.byteLength(path) > longestSocketPath)
    throw Object.assign(new Error(`the path of a Unix socket has at most ${longestSocketPath} bytes: ${path}`), {
      code: 'ENAMETOOLONG',
    });
  const found = await stat(path).catch(() => undefined);
  if (found?.isSocket() && (await isDead(path))) await unlink(path);
}

function isDead(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    const answer = (dead: boolean): void => {
      socket.destroy();
      resolve(dead);
    };
    socket.setTimeout(answersWithinMs, () => answer(false));
    socket.once('connect', () => answer(false));
    socket.once('error', ({ code }: NodeJS.ErrnoException) => answer(code === 'ECONNREFUSED'));
  });
}
