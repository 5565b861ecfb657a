// A broker, or what it needs, as a child process: started, waited for until it answers a CONNECT or listens, ended by its pid.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A port of 127.0.0.1 that nobody listens on. */
export function freePort(): Promise<number> {
  return new Promise((done, broke) => {
    const server = createServer();
    server.once('error', broke);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** A folder of its own, removed by the broker's end. */
export const newFolder = (name: string): string => mkdtempSync(join(tmpdir(), `mqttspec-${name}-`));

/** CONNECT, clean session, client id `ready`, with user name and password where they are given. */
function connectBytes(credentials: { userName: string; password: string } | undefined): Buffer {
  const field = (text: string): Buffer => Buffer.concat([Buffer.from([0, text.length]), Buffer.from(text)]);
  const extra = credentials === undefined ? [] : [field(credentials.userName), field(credentials.password)];
  const flags = credentials === undefined ? 0x02 : 0xc2;
  const body = Buffer.concat([field('MQTT'), Buffer.from([4, flags, 0, 10]), field('ready'), ...extra]);
  return Buffer.concat([Buffer.from([0x10, body.length]), body]);
}

/** Whether somebody listens or, where CONNACK is waited for, a CONNECT gets its CONNACK 0 by now. */
function isUp({ port, credentials, isReady = 'connack' }: ChildOptions): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: 1_000 });
    const end = (ready: boolean): void => {
      socket.destroy();
      done(ready);
    };
    socket.once('connect', () => {
      if (isReady === 'listening') end(true);
      else socket.write(connectBytes(credentials));
    });
    socket.once('data', (bytes) => end(bytes[0] === 0x20 && bytes[3] === 0));
    for (const event of ['error', 'timeout', 'close'] as const) socket.once(event, () => end(false));
  });
}

export interface ChildOptions {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly port: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly credentials?: { readonly userName: string; readonly password: string };
  /** What shows that it is up; left out, a CONNACK. */
  readonly isReady?: 'connack' | 'listening';
  /** Removed at the end. */
  readonly folder: string;
  readonly readyWithinMs: number;
  /** What to install if the command is missing. */
  readonly install: string;
}

const termWithinMs = 5_000;
const retryMs = 100;

/** Starts a broker. Rejects with its output where it does not answer in time. */
export async function startChild(options: ChildOptions): Promise<{ readonly pid: number; stop(): Promise<void> }> {
  const { command, args, env, folder } = options;
  const child = spawn(command, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: folder,
  });
  let output = '';
  let failed: Error | undefined;
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-4_000);
    });
  }
  child.once('error', (error: NodeJS.ErrnoException) => {
    failed = error.code === 'ENOENT' ? new Error(`${command} is missing: ${options.install}`) : error;
  });
  const stop = (): Promise<void> => stopChild(child, folder);
  const until = Date.now() + options.readyWithinMs;
  while (Date.now() < until && failed === undefined && child.exitCode === null) {
    if (await isUp(options)) return { pid: child.pid ?? 0, stop };
    await new Promise((next) => setTimeout(next, retryMs));
  }
  await stop();
  throw (
    failed ??
    new Error(`${options.name} did not answer within ${options.readyWithinMs} ms. Its output ends:\n${output}`)
  );
}

async function stopChild(child: ChildProcess, folder: string): Promise<void> {
  const ended = new Promise<void>((done) => {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) done();
    else child.once('exit', () => done());
  });
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), termWithinMs);
  await ended;
  clearTimeout(force);
  rmSync(folder, { recursive: true, force: true });
}
