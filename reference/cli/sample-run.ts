// For tests: the command as a process of its own. In: its arguments and its input. Out: what it wrote, and its exit code.
import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** The command `mqttspec`. */
export const main = join(import.meta.dirname, '../../conformance/cli/main.ts');

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  readonly input?: string;
  /** The input goes on, but nothing more of it comes. */
  readonly staysOpen?: boolean;
  /** Nobody reads on behind the first output. */
  readonly readsOnce?: boolean;
}

/** Runs the command to its end. */
export function run(
  args: readonly string[],
  { input = '', staysOpen = false, readsOnce = false }: RunOptions = {},
): Promise<Ended> {
  const child = spawn(process.execPath, ['--import', 'tsx', main, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
    if (readsOnce) child.stdout.destroy();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
  });
  if (staysOpen) child.stdin.write(input);
  else child.stdin.end(input);
  return new Promise((done) => child.once('close', (code) => done({ code, out, err })));
}
