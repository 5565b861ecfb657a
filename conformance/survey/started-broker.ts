// A broker that a command of the user's runs. In: the command. Out: a process that answers, ended with all its children.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { connect, createServer } from 'node:net';
import { promisify } from 'node:util';
import { encode } from '../../reference/codec/encode.ts';
import { type Address, parseAddress } from '../target/address.ts';
import type { SurveyBroker } from './plan.ts';

export interface StartedBroker extends AsyncDisposable {
  readonly address: string;
  readonly version?: string;
}

const endWithinMs = 10_000;
const retryMs = 100;
const answerMs = 2_000;
const versionWithinMs = 30_000;
/** Of what it said, so much is told where it does not start. */
const shownOutput = 300;

/** Rejects, with the end of what the command said, where it does not answer a CONNECT in time. */
export async function startBrokerOf(broker: SurveyBroker): Promise<StartedBroker> {
  const port = await freePort();
  const fill = (text: string): string => text.replaceAll('{port}', String(port));
  const address = fill(broker.address);
  // A group of its own: what the shell has started ends with it.
  const child = spawn('sh', ['-c', fill(broker.start)], { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-shownOutput);
    });
  try {
    await ready(child, parseAddress(address), broker.readyWithin * 1_000);
  } catch (error) {
    await end(child);
    const said = output.trim() === '' ? '' : `; it said: ${output.trim()}`;
    throw new Error(`${(error as Error).message}${said}`, { cause: error });
  }
  const version = broker.version === undefined ? undefined : await versionBy(fill(broker.version));
  return { address, ...(version === undefined ? {} : { version }), [Symbol.asyncDispose]: () => end(child) };
}

function freePort(): Promise<number> {
  return new Promise((done, broke) => {
    const server = createServer();
    server.once('error', broke);
    server.listen(0, '127.0.0.1', () => {
      const place = server.address();
      server.close(() => done(typeof place === 'object' && place !== null ? place.port : 0));
    });
  });
}

/** Resolves when a CONNECT is answered. There is no event that tells: it is tried again and again. */
async function ready(child: ChildProcess, address: Address, withinMs: number): Promise<void> {
  const until = performance.now() + withinMs;
  while (performance.now() < until) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`the command ended with exit code ${child.exitCode ?? child.signalCode}`);
    if (await answers(address)) return;
    await new Promise((next) => setTimeout(next, retryMs));
  }
  throw new Error(`no CONNACK from port ${address.port} within ${withinMs / 1_000} s`);
}

function answers({ host, port, userName, password }: Address): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect({ host, port, timeout: answerMs });
    const end = (answered: boolean): void => {
      socket.destroy();
      done(answered);
    };
    const credentials =
      userName === undefined
        ? {}
        : { userName, ...(password === undefined ? {} : { password: new TextEncoder().encode(password) }) };
    const common = { type: 'connect', protocolLevel: 4, cleanSession: true, keepAlive: 10, clientId: 'ready' } as const;
    socket.once('connect', () => socket.write(encode({ ...common, ...credentials })));
    socket.once('data', (bytes) => end(bytes[0] === 0x20));
    for (const event of ['error', 'timeout', 'close'] as const) socket.once(event, () => end(false));
  });
}

async function versionBy(command: string): Promise<string | undefined> {
  const { stdout } = await promisify(execFile)('sh', ['-c', command], { timeout: versionWithinMs });
  return stdout.trim().split('\n')[0];
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined) return;
  const { pid } = child;
  const ended = new Promise<void>((done) => {
    if (child.exitCode !== null || child.signalCode !== null) done();
    else child.once('close', () => done());
  });
  signal(pid, 'SIGTERM');
  const force = setTimeout(() => signal(pid, 'SIGKILL'), endWithinMs);
  await ended;
  clearTimeout(force);
}

/** To all that the shell has started; what is gone already needs none. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(-pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
