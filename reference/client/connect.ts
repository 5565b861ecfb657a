import { parseServerAddress } from './address.ts';
import { Client } from './client.ts';
import type { ClientOptions } from './options.ts';

/**
 * Connects to a server at `mqtt:`, `mqtts:`, `ws:`, `wss:` or `unix:`. Resolves once CONNACK has come; from then on a connection that is
 * lost is made again. Rejects with TypeError and RangeError for an address or options that can't be, with ConnectRefused where the
 * server refuses, with Disconnected where it can't be reached, or with the signal's reason.
 */
export async function connect(address: string | URL, options: ClientOptions = {}): Promise<Client> {
  options.signal?.throwIfAborted();
  const { dial, ...credentials } = parseServerAddress(address);
  return await new Client(dial, { ...credentials, ...options }).open(options.signal);
}
