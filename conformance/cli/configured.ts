// What all our commands have in common: how they end, what they say about mistakes, and their version.
import type { Command } from 'commander';
import { version } from './version.ts';

/** One line instead of commander's several. */
export const writeErr = (text: string): void => {
  const line = text.replace(/^error: /, '').replace(/\n\((Did you mean .*)\)/, '. $1');
  process.stderr.write(`mqttspec: ${line.trim()}\n`);
};

export function configured(command: Command): Command {
  // What stands behind a command's name is its own: `pub -V` is the protocol's version.
  command.version(version).enablePositionalOptions().exitOverride().configureOutput({ writeErr });
  // -V is the protocol's version in `pub` and `sub`, as people know it.
  for (const sub of command.commands) {
    sub.version(version, '--version');
    for (const one of [sub, ...sub.commands]) one.exitOverride().configureOutput({ writeErr });
  }
  return command;
}
