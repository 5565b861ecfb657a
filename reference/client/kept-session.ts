// A session that outlives its process. In: a folder, or an open store. Out: what the session was, and where its changes go.
import type { PacketId } from '../message.ts';
import type { KeptMessage, ReceiverJournal, SenderJournal } from '../session/journal.ts';
import { openDiskStore } from '../storage/disk-store.ts';
import { MessageRecords } from '../storage/message-records.ts';
import { readSessions, SessionRecords } from '../storage/session-records.ts';
import { type OpenedStore, type Store, StoreError } from '../storage/store.ts';

export interface KeptClient {
  readonly store: Store;
  readonly journal: SenderJournal & ReceiverJournal;
  readonly messages: readonly KeptMessage[];
  readonly receivedIds: readonly PacketId[];
}

const sessionId = 'session';
/** Client Identifier and address: a session is of one client at one server (MQTT-3.1.3-2). */
const ownerKey = 'client';
const layout = { owner: 'client', version: 1 } as const;

/** Opens the session of a client. Rejects with StoreError where the folder is another's, damaged, in use, or cannot be written. */
export async function openKeptSession(data: string | OpenedStore, clientId: string): Promise<KeptClient> {
  const { store, records } = typeof data === 'string' ? await openDiskStore(data, layout) : data;
  try {
    checkOwner({ store, records }, clientId);
    const messageRecords = new MessageRecords(store, records);
    const kept = readSessions(records, messageRecords).get(sessionId) ?? { messages: [], receivedIds: [] };
    messageRecords.restored();
    const lastPlace = kept.messages.at(-1)?.place ?? 0;
    const journal = new SessionRecords({ store, messages: messageRecords, id: sessionId, lastPlace });
    await store.commit();
    return { store, journal, ...kept };
  } catch (error) {
    await store.close();
    throw error;
  }
}

function checkOwner({ store, records }: OpenedStore, clientId: string): void {
  const owner = records.get(ownerKey);
  if (owner === undefined) return store.put(ownerKey, Buffer.from(clientId));
  const known = Buffer.from(owner).toString();
  if (known === clientId) return;
  throw new StoreError(`the session there is that of the client ${known}, not of ${clientId}: use another folder`);
}
