// `npm run capture [-- name…]`: plays conversations of real clients with real brokers through the recording proxy, and writes each to
// fixtures/captured/<name>.txt. A name is a whole one, or its beginning: `mosquitto/`, `paho-c/will`. With --check nothing is written:
// it says which conversations are not what they were, and exits with 1 if there are any.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { version } from '../../conformance/cli/version.ts';
import { writeFixture } from '../../conformance/replay/write-fixture.ts';
import { Bench } from './bench.ts';
import { type StartedBroker, startCapturedBroker } from './brokers.ts';
import type { Conversation } from './conversation.ts';
import { conversations } from './conversations.ts';
import { withFixedClientIds } from './fixed-names.ts';
import { buildClients, clientVersion } from './libraries.ts';

const folder = join(import.meta.dirname, '../../fixtures/captured');

async function capture(conversation: Conversation, broker: StartedBroker): Promise<void> {
  const { name, title, client, note, play } = conversation;
  const bench = await Bench.open(broker.address);
  try {
    await play(bench);
  } catch (cause) {
    throw new Error(`${name} could not be captured`, { cause });
  } finally {
    await bench.end();
  }
  const file = join(folder, `${name}.txt`);
  mkdirSync(dirname(file), { recursive: true });
  const head = {
    title,
    client: [clientVersion(client)],
    broker: [broker.version],
    recorder: [`mqttspec record ${version}`],
    capture: [`npm run capture -- ${name}`],
    ...(note === undefined ? {} : { note: [note] }),
  };
  const text = writeFixture({ head, events: withFixedClientIds(bench.events) });
  if (!checking) writeFileSync(file, text);
  else if (withoutTimes(text) !== withoutTimes(readFileSync(file, 'utf8'))) differing.push(name);
  process.stdout.write(`${name}: ${bench.events.length} events\n`);
}

/** Times differ in each capture, and with them the order between connections and directions. */
const withoutTimes = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.replace(/^\d+\.\d{3} /, ''))
    .sort()
    .join('\n');

const words = process.argv.slice(2);
const checking = words.includes('--check');
const differing: string[] = [];
const wanted = words.filter((word) => word !== '--check');
const chosen = conversations.filter(({ name }) => wanted.length === 0 || wanted.some((one) => name.startsWith(one)));
if (chosen.length === 0) {
  process.stderr.write(
    `no conversation is called ${wanted.join(' ')}:\n${conversations.map(({ name }) => `  ${name}\n`).join('')}`,
  );
  process.exit(2);
}
if (chosen.some(({ client }) => client === 'paho-c')) buildClients();
for (const name of new Set(chosen.map(({ broker }) => broker))) {
  const broker = await startCapturedBroker(name);
  try {
    for (const conversation of chosen.filter((one) => one.broker === name)) await capture(conversation, broker);
  } finally {
    await broker.stop();
  }
}
if (differing.length > 0) process.stdout.write(`not what they were: ${differing.join(', ')}\n`);
process.exit(differing.length > 0 ? 1 : 0);
