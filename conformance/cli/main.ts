#!/usr/bin/env node
// The command `mqttspec`: runs it, and turns what is thrown into a line and an exit code.
import { type Command, CommanderError } from 'commander';
import { UsageError } from '../../reference/cli/usage-error.ts';
import { writeErr } from './configured.ts';
import { expectCommand } from './expect-command.ts';
import { asksForSuite, judgesEmbedded } from './first-words.ts';
import { dropWhatNobodyReads, written } from './leave.ts';

const outputs = [process.stdout, process.stderr];

/** What the first word asks for is all that is loaded. */
async function program(args: readonly string[]): Promise<Command> {
  const [word] = args;
  if (word === 'pub' || word === 'sub') return (await import('./messaging-program.ts')).messagingProgram();
  if (asksForSuite(args)) {
    if (judgesEmbedded(args)) await startAhead();
    return (await import('./suite-program.ts')).suiteProgram();
  }
  return (await import('./program.ts')).program();
}

/** Ends what was started ahead and is not needed, as where an option is wrong. */
let endUnused = (): Promise<void> => Promise.resolve();

/** The embedded broker comes up while the suite is being loaded. */
async function startAhead(): Promise<void> {
  const embedded = await import('../target/embedded.ts');
  embedded.startAhead();
  endUnused = embedded.endUnused;
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
await endUnused();
await Promise.all(outputs.map(written));
// A run that was interrupted leaves waits behind that nobody is interested in any more.
process.exit();
