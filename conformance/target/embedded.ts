// The default target: the reference broker, in a child process, on free ports of 127.0.0.1, with a data folder of its own.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Address } from './address.ts';
import { type EmbeddedPlaces, embeddedUser, forbiddenTopic } from './embedded-rules.ts';
import type { Hints } from './hints.ts';

export interface EmbeddedTarget extends AsyncDisposable {
  readonly address: Address;
  readonly hints: Hints;
}

const startedWithinMs = 30_000;
const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
const anyPorts: EmbeddedPlaces = { port: 0, websocketPort: 0 };

let ahead: Promise<EmbeddedTarget> | undefined;

/** Starts the reference broker for whoever asks for it next: its process comes up while others are busy. */
export function startAhead(): void {
  ahead = start();
  ahead.catch(() => {}); // whoever asks for it is told
}

/** Ends what was started ahead and nobody has asked for. */
export async function endUnused(): Promise<void> {
  const unused = await ahead?.catch(() => undefined);
  ahead = undefined;
  await unused?.[Symbol.asyncDispose]();
}

/** Starts the reference broker, unless that was done ahead. Rejects where its process ends before it listens. */
export function startEmbedded(): Promise<EmbeddedTarget> {
  const started = ahead ?? start();
  ahead = undefined;
  return started;
}

async function start(): Promise<EmbeddedTarget> {
  const data = await mkdtemp(join(tmpdir(), 'mqttspec-embedded-'));
  const running = await startProcess(data, anyPorts);
  const { port, websocketPort } = running.places;
  const credentials = { userName: embeddedUser.name, password: embeddedUser.password };
  const at = { host: '127.0.0.1', path: '/mqtt', ...credentials };
  const restart = async (): Promise<void> => {
    running.child.send('restart');
    await placesOf(running);
  };
  return {
    address: { scheme: 'mqtt', port, ...at },
    hints: { websocket: { scheme: 'ws', port: websocketPort, ...at }, forbiddenTopic, restart },
    [Symbol.asyncDispose]: async () => {
      if (running.child.connected) running.child.disconnect();
      await running.ended;
      await rm(data, { recursive: true, force: true });
    },
  };
}

interface Running {
  readonly child: ChildProcess;
  readonly places: EmbeddedPlaces;
  readonly ended: Promise<unknown>;
}

async function startProcess(data: string, { port, websocketPort }: EmbeddedPlaces): Promise<Running> {
  const program = new URL(`./embedded-process.${extension}`, import.meta.url);
  const child = fork(program, [data, String(port), String(websocketPort)], { execArgv: process.execArgv });
  const ended = once(child, 'exit');
  return { child, ended, places: await placesOf({ child, ended }) };
}

/** Where a broker of the process listens, once it does. */
async function placesOf({ child, ended }: Pick<Running, 'child' | 'ended'>): Promise<EmbeddedPlaces> {
  const [places] = await Promise.race([
    once(child, 'message', { signal: AbortSignal.timeout(startedWithinMs) }) as Promise<[EmbeddedPlaces]>,
    ended.then(() => {
      throw new Error('the process of the embedded broker ended before it listened');
    }),
  ]);
  return places;
}
