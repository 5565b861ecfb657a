// Removes what a run has left on the target: stored sessions and retained messages.

import type { Address } from '../target/address.ts';
import { connectTo, openQuietly } from '../target/quietly.ts';
import { LinkRefused } from '../wire/link.ts';
import { publish, subscribe } from '../wire/packets.ts';
import { Client } from '../wire/play/client.ts';
import type { Leftovers } from '../wire/play/leftovers.ts';
import type { Names } from '../wire/play/names.ts';

export interface CleanUpOptions {
  readonly address: Address;
  readonly level: 3 | 4;
  readonly names: Names;
  readonly leftovers: Leftovers;
  readonly now: () => number;
  readonly replyMs: number;
}

/** So many sessions are dropped side by side. */
const atOnce = 32;

/** Resolves when all is removed, or the target no longer takes part. Returns what could not be removed, in words. */
export async function cleanUp(options: CleanUpOptions): Promise<readonly string[]> {
  try {
    const [failures] = await Promise.all([dropAll(options, [...options.leftovers.clientIds]), clearRetained(options)]);
    return failures;
  } catch (error) {
    if (!(error instanceof LinkRefused)) throw error;
    return ['everything: the target cannot be reached'];
  }
}

async function dropAll(options: CleanUpOptions, clientIds: string[]): Promise<string[]> {
  const failures: string[] = [];
  const lane = async (): Promise<void> => {
    for (let id = clientIds.pop(); id !== undefined; id = clientIds.pop()) {
      if (!(await dropSession(options, id))) failures.push(`the session of client id ${id}`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return failures;
}

async function connected(options: CleanUpOptions, clientId: string): Promise<Client | undefined> {
  const client = new Client(await openQuietly(options, 'clean-up'));
  client.connection.send(connectTo(options.address, { level: options.level, clientId }));
  const connack = await client.awaits({ type: 'connack' });
  if (connack !== undefined) return client;
  client.connection.cut('FIN');
  return undefined;
}

function leave(client: Client): void {
  client.connection.send({ type: 'disconnect' });
  client.connection.cut('FIN');
}

async function dropSession(options: CleanUpOptions, clientId: string): Promise<boolean> {
  const client = await connected(options, clientId);
  if (client === undefined) return false;
  leave(client);
  return true;
}

/** The topics that are known to be retained, and whatever else lies below the run's prefix. */
async function clearRetained(options: CleanUpOptions): Promise<void> {
  const { leftovers, names } = options;
  const client = await connected(options, names.clientId());
  if (client === undefined) return;
  const packetId = client.nextPacketId();
  client.connection.send(subscribe(packetId, { topicFilter: `${names.prefix}/#`, qos: 0 }));
  await client.awaits({ type: 'suback', packetId });
  await client.pings();
  const found = client.connection.pending.flatMap(({ packet }) =>
    packet.type === 'publish' && packet.retain ? [packet.topicName] : [],
  );
  for (const topicName of new Set([...leftovers.topicNames, ...found])) {
    client.connection.send(publish({ topicName, retain: true }));
  }
  await client.pings();
  leave(client);
}
