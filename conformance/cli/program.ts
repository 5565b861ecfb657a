// The command `mqttspec` with all that hangs on it: also what docs/options.md is made from.
import { Command } from 'commander';
import { pubCommand } from '../../reference/cli/pub.ts';
import { subCommand } from '../../reference/cli/sub.ts';
import { brokerCommand } from './broker-command.ts';
import { clientCommand } from './client-command.ts';
import { compareCommand } from './compare-command.ts';
import { configured } from './configured.ts';
import { conformanceCommand } from './conformance-command.ts';
import { convertCommand } from './convert-command.ts';
import { explainCommand } from './explain-command.ts';
import { judgeCommand } from './judge-command.ts';
import { recordCommand } from './record-command.ts';
import { surveyCommand } from './survey-command.ts';
import { viewCommand } from './view-command.ts';

/** The part of a command's help that lists its options. */
const optionsOf = (command: Command): string => command.helpInformation().replace(/^[\s\S]*?(?=Options:)/, '');

export function program(): Command {
  const conformance = conformanceCommand();
  const command = new Command('mqttspec')
    .description('judges MQTT brokers against the standard, with evidence')
    .addHelpText('after', () => `\n${optionsOf(conformance).replace('Options:', 'Options where no command is named:')}`)
    .addCommand(conformance, { isDefault: true })
    .addCommand(viewCommand())
    .addCommand(explainCommand())
    .addCommand(clientCommand())
    .addCommand(compareCommand())
    .addCommand(surveyCommand())
    .addCommand(brokerCommand())
    .addCommand(pubCommand())
    .addCommand(subCommand())
    .addCommand(recordCommand())
    .addCommand(judgeCommand())
    .addCommand(convertCommand());
  return configured(command);
}
