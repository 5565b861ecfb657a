// `mqttspec explain MQTT-3.3.5-1`: what a statement demands, who judges it, what proves that, and who breaks it.
import { Command } from 'commander';
import { UsageError } from '../../reference/cli/usage-error.ts';
import { lookOf } from '../reporters/registry.ts';
import { Style } from '../reporters/style.ts';
import { explain, Unexplained } from './explanation.ts';

export function explainCommand(): Command {
  return new Command('explain')
    .description(
      'what a statement demands, its readings, the scenarios that judge it, and the brokers known to break it',
    )
    .argument('<statement or section>', 'such as MQTT-3.3.5-1, or 3.3')
    .allowExcessArguments(false)
    .action((asked: string) => {
      const style = new Style(lookOf(process.stdout));
      try {
        for (const line of explain(asked, style)) process.stdout.write(`${style.safe(line)}\n`);
      } catch (error) {
        if (error instanceof Unexplained) throw new UsageError(error.message, { cause: error });
        throw error;
      }
    });
}
