// The default target: the reference broker, in a child process, on free ports of 127.0.0.1.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { Address } from './address.ts';
import { type EmbeddedPlaces, embeddedUser, forbiddenTopic } from './embedded-rules.ts';
import type { Hints } from './hints.ts';

export interface EmbeddedTarget extends AsyncDisposable {
  readonly address: Address;
  readonly hints: Hints;
}

const startedWithinMs = 30_000;
const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';

/** Starts the reference broker. Rejects where its process ends before it listens. */
export async function startEmbedded(): Promise<EmbeddedTarget> {
  const child = fork(new URL(`./embedded-process.${extension}`, import.meta.url), { execArgv: process.execArgv });
  const ended = once(child, 'exit');
  const places = await Promise.race([
    once(child, 'message', { signal: AbortSignal.timeout(startedWithinMs) }) as Promise<[EmbeddedPlaces]>,
    ended.then(([code]) => {
      throw new Error(`the embedded broker ended with exit code ${code} before it listened`);
    }),
  ]);
  const [{ port, websocketPort }] = places;
  const credentials = { userName: embeddedUser.name, password: embeddedUser.password };
  const at = { host: '127.0.0.1', path: '/mqtt', ...credentials };
  return {
    address: { scheme: 'mqtt', port, ...at },
    hints: { websocket: { scheme: 'ws', port: websocketPort, ...at }, forbiddenTopic },
    [Symbol.asyncDispose]: async () => {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}
