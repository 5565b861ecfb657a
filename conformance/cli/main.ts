#!/usr/bin/env node
// The command `mqttspec`: runs it, and turns what is thrown into a line and an exit code.
import { type Command, CommanderError } from 'commander';
import { UsageError } from '../../reference/cli/usage-error.ts';
import { writeErr } from './configured.ts';
import { expectCommand } from './expect-command.ts';
import { dropWhatNobodyReads, written } from './leave.ts';

const outputs = [process.stdout, process.stderr];

/** What the first word asks for is all that is loaded. */
async function program(args: readonly string[]): Promise<Command> {
  const [word] = args;
  if (word === 'pub' || word === 'sub') return (await import('./messaging-program.ts')).messagingProgram();
  const suite = await import('./suite-program.ts');
  if (suite.asksForSuite(args)) return suite.suiteProgram();
  return (await import('./program.ts')).program();
}

async function main(): Promise<void> {
  try {
    const args = process.argv.slice(2);
    const command = await program(args);
    expectCommand(command, args);
    await command.parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
    else if (error instanceof UsageError) {
      writeErr(error.message);
      process.exitCode = 2;
    } else {
      writeErr(
        `an error of mqttspec itself: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      );
      process.exitCode = 3;
    }
  }
}

for (const output of outputs) dropWhatNobodyReads(output);
await main();
await Promise.all(outputs.map(written));
// A run that was interrupted leaves waits behind that nobody is interested in any more.
process.exit();
