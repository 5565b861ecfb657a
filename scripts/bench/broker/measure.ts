// One measurement: a target and a load as processes of their own, ended with it.
import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { Figures, Window } from './load.ts';
import type { LoadName } from './loads.ts';
import { cpuMsOf, residentBytesOf, startTarget, type TargetName } from './targets.ts';

const withinMs = 60_000;

/** The load's figures, and `cpuMs` and `grownBytes` of the target between the load's two marks, where it sets them. */
export async function measure(name: TargetName, load: LoadName, window: Window): Promise<Figures> {
  const target = await startTarget(name);
  try {
    return await underLoad(target, load, window);
  } catch (error) {
    throw new Error(`${load} against ${name}: ${String(error)}`, { cause: error });
  } finally {
    await target.stop();
  }
}

export function underLoad(
  target: { readonly port: number; readonly pid: number },
  load: LoadName,
  window: Window,
): Promise<Figures> {
  const usage = (): readonly [number, number] => [cpuMsOf(target.pid), residentBytesOf(target.pid)];
  let before: readonly [number, number] = [0, 0];
  let used: Figures = {};
  const args = [load, String(target.port), String(window.warmUpMs), String(window.measuredMs), String(window.scale)];
  const child = fork(join(import.meta.dirname, 'generator.ts'), args, {
    execArgv: ['--import', import.meta.resolve('tsx')],
  });
  return new Promise((done, broke) => {
    const late = setTimeout(() => child.kill('SIGKILL'), withinMs);
    let figures: Figures | undefined;
    child.on('message', (message: 'measuring' | 'measured' | { figures: Figures }) => {
      if (message === 'measuring') before = usage();
      else if (message === 'measured') {
        const [cpuMs, bytes] = usage();
        used = { cpuMs: cpuMs - before[0], grownBytes: bytes - before[1] };
      } else figures = { ...message.figures, ...used };
    });
    child.once('error', broke);
    child.once('exit', (code, signal) => {
      clearTimeout(late);
      if (figures === undefined) broke(new Error(`the load ended with ${signal ?? code} and told no figures`));
      else done(figures);
    });
  });
}
