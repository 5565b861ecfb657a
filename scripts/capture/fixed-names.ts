// Client ids that a program makes up become fixed ones of the same length: a second capture differs in times alone.
import type { FixtureEvent } from '../../conformance/replay/fixture.ts';

/** curl's client id: `curl` and eight letters or digits. */
const madeUp = /^curl[0-9A-Za-z]{8}$/;

/** Name of the connection of a client with this id. */
export const connectionName = (clientId: string): string => (madeUp.test(clientId) ? 'curl' : clientId);

export function withFixedClientIds(events: readonly FixtureEvent[]): FixtureEvent[] {
  return events.map((event) =>
    event.kind === 'bytes' && event.connection.startsWith('curl')
      ? { ...event, bytes: withFixedClientId(event.bytes) }
      : event,
  );
}

function withFixedClientId(bytes: Uint8Array): Uint8Array {
  const at = /curl[0-9A-Za-z]{8}/.exec(Buffer.from(bytes).toString('latin1'))?.index;
  if ((bytes[0] ?? 0) !== 0x10 || at === undefined) return bytes;
  return new Uint8Array(bytes).fill(0x30, at + 4, at + 12);
}
