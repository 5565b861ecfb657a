// The command `mqttspec` where the suite is all that is asked for.
import { Command } from 'commander';
import { configured } from './configured.ts';
import { conformanceCommand } from './conformance-command.ts';

export const suiteProgram = (): Command =>
  configured(new Command('mqttspec').addCommand(conformanceCommand(), { isDefault: true }));
