#!/usr/bin/env node
// The command `mqttspec`: the suite, the broker, and the client.
import { Command, CommanderError } from 'commander';
import { pubCommand } from '../../reference/cli/pub.ts';
import { subCommand } from '../../reference/cli/sub.ts';
import { UsageError } from '../../reference/cli/usage-error.ts';
import { brokerCommand } from './broker-command.ts';
import { compareCommand } from './compare-command.ts';
import { conformanceCommand } from './conformance-command.ts';
import { convertCommand } from './convert-command.ts';
import { judgeCommand } from './judge-command.ts';
import { recordCommand } from './record-command.ts';
import { surveyCommand } from './survey-command.ts';
import { version } from './version.ts';

/** One line instead of commander's several. */
const writeErr = (text: string): void => {
  process.stderr.write(`mqttspec: ${text.replace(/^error: /, '').trim()}\n`);
};

function program(): Command {
  const command = new Command('mqttspec')
    .description('judges MQTT brokers against the standard, with evidence')
    .version(version)
    .addCommand(conformanceCommand(), { isDefault: true })
    .addCommand(compareCommand())
    .addCommand(surveyCommand())
    .addCommand(brokerCommand())
    .addCommand(pubCommand())
    .addCommand(subCommand())
    .addCommand(recordCommand())
    .addCommand(judgeCommand())
    .addCommand(convertCommand())
    .exitOverride()
    .configureOutput({ writeErr });
  // -V is the protocol's version in `pub` and `sub`, as people know it.
  for (const sub of command.commands) sub.exitOverride().configureOutput({ writeErr }).version(version, '--version');
  return command;
}

async function main(): Promise<void> {
  try {
    await program().parseAsync();
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

await main();
// A run that was interrupted leaves waits behind that nobody is interested in any more.
process.exit();
