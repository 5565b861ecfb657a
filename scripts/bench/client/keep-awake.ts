// Keeps cores from going idle while something is measured that mostly sleeps. A virtual machine stops a core that has nothing to do, and
// to wake it takes many times what a message costs: then two processes that wake each other measure the machine, not the client.
import { spawn } from 'node:child_process';
import { availableParallelism, constants, setPriority } from 'node:os';

/** A row takes less; whatever is forgotten ends by itself. */
const longestMs = 120_000;

/** One process a core that spins at the lowest priority: it takes what nobody else wants. Returns how to end them. */
export function keepAwake(): () => void {
  const spin = `const end = Date.now() + ${longestMs}; while (Date.now() < end);`;
  const spinners = Array.from({ length: availableParallelism() }, () => {
    const spinner = spawn(process.execPath, ['-e', spin], { stdio: 'ignore' });
    if (spinner.pid !== undefined) setPriority(spinner.pid, constants.priority.PRIORITY_LOW);
    return spinner;
  });
  return () => {
    for (const spinner of spinners) spinner.kill('SIGKILL');
  };
}
