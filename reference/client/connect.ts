import { parseServerAddress } from './address.ts';
import { Client } from './client.ts';
import { openKeptSession } from './kept-session.ts';
import { type ClientOptions, coreOptions } from './options.ts';

/** One object for all that have none. */
const noOptions: ClientOptions = {};

/**
 * Connects to a server at `mqtt:`, `mqtts:`, `ws:`, `wss:` or `unix:`. Resolves once CONNACK has come; from then on a connection that is
 * lost is made again. Rejects with TypeError and RangeError for an address or options that can't be, with StoreError where
 * the session cannot be kept, with ConnectRefused where the server refuses, with Disconnected where it can't be reached, or with the signal's reason.
 */
export async function connect(address: string | URL, options: ClientOptions = noOptions): Promise<Client> {
  // MQTT-7.0.0-2: with any server of the standard, without an extension.
  options.signal?.throwIfAborted();
  const { dial, credentials } = parseServerAddress(address);
  const known: ClientOptions =
    credentials === undefined && options === noOptions ? options : { ...credentials, ...options };
  const core = coreOptions(known, known.random ?? Math.random);
  const { data } = known;
  const kept = data === undefined ? undefined : await openKeptSession(data, core.connect.clientId);
  return await new Client(dial, known, { core: kept === undefined ? core : { ...core, kept }, kept }).open(
    known.signal,
  );
}
