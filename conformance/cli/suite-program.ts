// The command `mqttspec` where the suite is all that is asked for. The other commands bring the reference broker, the client and more with
// them: to load those takes as long as a hundred scenarios.
import { Command } from 'commander';
import { configured } from './configured.ts';
import { conformanceCommand } from './conformance-command.ts';

/** Whether these arguments ask for the suite, and for no help, which tells of all commands. */
export const asksForSuite = (args: readonly string[]): boolean =>
  (args[0] === undefined || args[0].startsWith('-') || args[0] === 'conformance') &&
  !args.some((one) => one === '--help' || /^-\w*h/.test(one));

export const suiteProgram = (): Command =>
  configured(new Command('mqttspec').addCommand(conformanceCommand(), { isDefault: true }));
