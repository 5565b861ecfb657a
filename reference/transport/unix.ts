// Unix sockets leave a file behind when their server was killed. In: a path. Out: a path that can be listened at.
import { stat, unlink } from 'node:fs/promises';
import { connect } from 'node:net';

const answersWithinMs = 1_000;

/** Removes the file of a socket that nobody listens at any more; anything else stays as it is. */
export async function removeStaleSocket(path: string): Promise<void> {
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
