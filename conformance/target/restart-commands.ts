// Restarts a target by the user's commands. In: commands for the shell. Out: a restart, or an error that says which command failed how.
import { spawn } from 'node:child_process';

/** Stops the target and starts it again. Resolves when the commands are done: the target may need a moment longer. */
export type Restart = () => Promise<void>;

export interface RestartCommands {
  /** Does both: `docker restart broker`. */
  readonly restart?: string;
  readonly stop?: string;
  /** May go on as long as the target runs: `mosquitto -c mosquitto.conf`. */
  readonly start?: string;
}

const commandWithinMs = 60_000;
const outputShown = 400;

/** Undefined without commands, `incomplete` where one of stop and start is missing or where there is one too many. */
export function restartBy({ restart, stop, start }: RestartCommands): Restart | undefined | 'incomplete' {
  if (restart !== undefined)
    return stop === undefined && start === undefined ? () => runToItsEnd(restart) : 'incomplete';
  if (stop === undefined && start === undefined) return undefined;
  if (stop === undefined || start === undefined) return 'incomplete';
  return async () => {
    await runToItsEnd(stop);
    launch(start);
  };
}

/** Rejects where the command fails, or is not done in time. */
function runToItsEnd(command: string): Promise<void> {
  const child = spawn(command, { shell: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-outputShown);
    });
  return new Promise((done, broke) => {
    const late = setTimeout(() => {
      child.kill();
      broke(new Error(`"${command}" was not done within ${commandWithinMs / 1_000} s`));
    }, commandWithinMs);
    // Not `close`: what the command leaves running may keep its output open.
    child.once('exit', (code, signal) => {
      clearTimeout(late);
      if (code === 0) done();
      else broke(new Error(`"${command}" ended with ${signal ?? `exit code ${code}`}: ${output.trim()}`));
    });
  });
}

/** The target outlives us, as one that was started by hand would. */
function launch(command: string): void {
  spawn(command, { shell: true, stdio: 'ignore', detached: true }).unref();
}
