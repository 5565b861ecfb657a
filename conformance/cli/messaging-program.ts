// `mqttspec pub` and `mqttspec sub` by themselves: in scripts they run many times, and need nothing of the suite.
import { Command } from 'commander';
import { pubCommand } from '../../reference/cli/pub.ts';
import { subCommand } from '../../reference/cli/sub.ts';
import { configured } from './configured.ts';

export const messagingProgram = (): Command =>
  configured(new Command('mqttspec').addCommand(pubCommand()).addCommand(subCommand()));
