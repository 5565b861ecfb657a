// A first word that is no command. In: a command and what follows it. Out: one line that suggests what was meant.
import type { Command } from 'commander';
import { UsageError } from '../../reference/cli/usage-error.ts';
import { nearestTo } from '../spec/near.ts';

/** A word that is no command would be taken for an argument of the suite, which has none. Throws UsageError. */
export function expectCommand(command: Command, [first = '-']: readonly string[]): void {
  const names = [...command.commands.map((one) => one.name()), 'help'];
  if (first.startsWith('-') || names.includes(first)) return;
  const near = nearestTo(first, names);
  const hint =
    near.length > 0
      ? `did you mean ${near.join(', ')}?`
      : `use ${names.join(', ')}. A broker is judged by --target ${first}`;
  throw new UsageError(`there is no command ${first}: ${hint}`);
}
