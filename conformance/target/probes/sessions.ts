// Whether a target stores sessions and takes wills, or refuses them by a return code.
import { message, publish } from '../../wire/packets.ts';
import type { Capabilities } from '../capabilities.ts';
import { NoTarget } from '../no-target.ts';
import type { Probing } from '../probing.ts';

type Sessions = Pick<Capabilities, 'storedSessions' | 'tellsSessions'>;

/** A target that refuses a CONNECT with CleanSession 0 stores no sessions, as far as probing can tell. */
export async function storesSessions(probing: Probing): Promise<Sessions> {
  try {
    return await triesSessions(probing);
  } catch (error) {
    if (error instanceof NoTarget) return { storedSessions: false, tellsSessions: true };
    throw error;
  }
}

/** Level 3 cannot tell in CONNACK: there it is taken for granted, and judged by delivery. */
async function triesSessions(probing: Probing): Promise<Sessions> {
  if (probing.level === 3) return { storedSessions: true, tellsSessions: false };
  const clientId = probing.names.clientId();
  const topicName = probing.names.topicName('stored');
  const { client } = await probing.client({ clientId, cleanSession: false });
  await probing.subscribe(client, topicName, 1);
  client.connection.send({ type: 'disconnect' });
  client.connection.finish();
  await client.connection.waitFor(() => client.connection.ending);
  const { client: again, sessionPresent } = await probing.client({ clientId, cleanSession: false });
  const { client: publisher } = await probing.client();
  publisher.connection.send(publish({ topicName, payload: 'stored' }));
  const remembered = sessionPresent || (await again.awaits(message('stored'), probing.replyMs / 2)) !== undefined;
  again.connection.cut('FIN');
  await probing.client({ clientId, cleanSession: true });
  return { storedSessions: remembered, tellsSessions: sessionPresent };
}

export async function refusesSessions(probing: Probing): Promise<boolean> {
  const clientId = probing.names.clientId();
  const code = await probing.tryConnect({ level: probing.level, clientId, cleanSession: false });
  return typeof code === 'number' && code > 0;
}

export async function refusedWills(probing: Probing): Promise<Capabilities['refusedWills']> {
  const [plain, retained] = await Promise.all([false, true].map((retain) => refusesWill(probing, retain)));
  if (plain) return 'all';
  return retained ? 'retained' : 'none';
}

async function refusesWill(probing: Probing, retain: boolean): Promise<boolean> {
  const will = {
    topicName: probing.names.topicName('will'),
    message: new TextEncoder().encode('probe'),
    qos: 0,
    retain,
  } as const;
  const clientId = probing.names.clientId();
  const code = await probing.tryConnect({ level: probing.level, clientId, will });
  return typeof code === 'number' && code > 0;
}
