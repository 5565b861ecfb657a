// `npm run capture [-- name…]`: plays conversations of real clients with real brokers through the recording proxy, and writes each to
// fixtures/captured/<name>.txt. A name is a whole one, or its beginning: `mosquitto/`, `paho-c/will`.
import { mkdirSync, writeFileSync } from 'node:fs';
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
  writeFileSync(file, writeFixture({ head, events: withFixedClientIds(bench.events) }));
  process.stdout.write(`${name}: ${bench.events.length} events\n`);
}

const wanted = process.argv.slice(2);
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
process.exit();
