// Fixtures, and the traces of a saved run, as pcapng. In: events or a report. Out: the bytes of the file.
import type { Report } from '../../verdict/report.ts';
import type { TraceEntry } from '../../wire/trace.ts';
import type { Fixture } from '../fixture.ts';
import { type PcapngConnection, PcapngWriter } from './write-pcapng.ts';

/** A conversation as a capture. `startedAtMs`: when it began, milliseconds since 1970. */
export function fixtureToPcapng({ events }: Fixture, startedAtMs = 0): Uint8Array {
  const blocks: Uint8Array[] = [];
  const writer = new PcapngWriter((block) => blocks.push(block), startedAtMs);
  const connections = new Map<string, PcapngConnection>();
  for (const event of events) {
    const { connection, by, atMs } = event;
    if (event.kind === 'open') connections.set(connection, writer.open(atMs, connection));
    else if (event.kind === 'bytes') connections.get(connection)?.bytes(by, atMs, event.bytes);
    else connections.get(connection)?.ended(by, atMs, event.kind);
  }
  return Buffer.concat(blocks);
}

/** All traces of a saved run, scenario by scenario. Long packets, and long traces of what passed, are cut in a report. */
export function reportToPcapng({ run, scenarios }: Report): Uint8Array {
  const blocks: Uint8Array[] = [];
  const writer = new PcapngWriter((block) => blocks.push(block), Date.parse(run.startedAt));
  for (const { id, trace } of scenarios) {
    const connections = new Map<string, PcapngConnection>();
    for (const entry of trace) {
      if (entry.kind === 'note') continue;
      const { connection: name, at } = entry;
      const connection = connections.get(name) ?? writer.open(at, `${id}: ${name}`);
      connections.set(name, connection);
      writeEntry(connection, entry);
    }
  }
  return Buffer.concat(blocks);
}

function writeEntry(connection: PcapngConnection, entry: Exclude<TraceEntry, { kind: 'note' }>): void {
  switch (entry.kind) {
    case 'opened':
      return;
    case 'sent':
    case 'received': {
      const by = entry.kind === 'sent' ? 'client' : 'server';
      return connection.bytes(by, entry.at, Buffer.from(entry.hex, 'hex'), entry.length);
    }
    case 'ended':
      return connection.ended(
        entry.by === 'tester' ? 'client' : 'server',
        entry.at,
        entry.how === 'FIN' ? 'fin' : 'rst',
      );
  }
}
