// `mqttspec convert`: captures become fixtures; fixtures and the traces of a saved run become captures that Wireshark opens.
import { writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { UsageError } from '../../reference/cli/usage-error.ts';
import { fixtureToPcapng, reportToPcapng } from '../replay/pcap/export.ts';
import { writeFixture } from '../replay/write-fixture.ts';
import { readConversation } from './conversation-file.ts';
import { readReport } from './read-report.ts';
import { whyNot } from './why-not.ts';

export function convertCommand(): Command {
  return new Command('convert')
    .description('turn a capture into a fixture, or a fixture or report.json into a capture for Wireshark')
    .argument('<file>', 'pcap, pcapng, a fixture, or report.json')
    .requiredOption('-o, --out <file>', 'a fixture, or a capture if the name ends with .pcapng')
    .allowExcessArguments(false)
    .action(convert);
}

function convert(file: string, { out }: { readonly out: string }): void {
  const result = out.endsWith('.pcapng') ? toCapture(file) : toFixture(file);
  try {
    writeFileSync(out, result);
  } catch (error) {
    throw new UsageError(`cannot write ${out}: ${whyNot(error)}`, {
      cause: error,
    });
  }
}

function toFixture(file: string): string {
  const { fixture, remarks } = readConversation(file);
  for (const remark of remarks) process.stderr.write(`mqttspec: ${remark}\n`);
  return writeFixture(fixture);
}

function toCapture(file: string): Uint8Array {
  return file.endsWith('.json') ? reportToPcapng(readReport(file)) : fixtureToPcapng(readConversation(file).fixture);
}
