// `mqttspec broker`: the reference broker, and its faulty variants.
import { Command } from 'commander';
import { runBroker } from '../../reference/cli/broker.ts';
import { type BrokerCliOptions, withBrokerOptions } from '../../reference/cli/broker-settings.ts';
import { addPasswdCommand } from '../../reference/cli/passwd.ts';
import { UsageError } from '../../reference/cli/usage-error.ts';
import { faultNamed, faults } from '../faults/all.ts';
import type { Fault } from '../faults/fault.ts';
import { version } from './version.ts';

interface Options extends BrokerCliOptions {
  readonly fault?: string;
  readonly listFaults?: boolean;
}

export function brokerCommand(): Command {
  const command = withBrokerOptions(new Command('broker').description('run the reference broker until Ctrl-C'))
    .option('--fault <name>', 'run a faulty variant, as a test double for clients')
    .option('--list-faults', 'show the faulty variants')
    .allowExcessArguments(false)
    .action(broker);
  addPasswdCommand(command);
  return command;
}

async function broker({ fault: name, listFaults, ...options }: Options): Promise<void> {
  if (listFaults === true) return list();
  const fault = faultOf(name);
  await runBroker(options, { version, ...(fault === undefined ? {} : { fault, note: `, faulty: ${fault.title}` }) });
}

function list(): void {
  for (const { name, title, violates } of faults)
    process.stdout.write(`${name}\n  ${title} (${violates.join(', ')})\n`);
}

function faultOf(name: string | undefined): Fault | undefined {
  if (name === undefined) return undefined;
  const fault = faultNamed(name);
  if (fault === undefined) throw new UsageError(`there is no fault ${name}: see mqttspec broker --list-faults`);
  return fault;
}
