// Real conversations to begin with: what captured clients have sent, and the malformed byte sequences. Out: client sides as bytes.
import { readdirSync, readFileSync } from 'node:fs';
import { capturedFixtures } from '../../conformance/replay/captured.ts';
import { parseMalformedRows } from '../../conformance/replay/malformed-rows.ts';
import { connectBytes } from './peer.ts';

/** Longer ones would make the whole slower, not better. */
const longestBytes = 4_096;

export function stock(): Uint8Array[] {
  return [...capturedClients(), ...malformed()].filter(({ length }) => length <= longestBytes);
}

function capturedClients(): Uint8Array[] {
  const sides = new Map<string, Uint8Array[]>();
  for (const { name, fixture } of capturedFixtures()) {
    for (const event of fixture.events) {
      if (event.kind !== 'bytes' || event.by !== 'client') continue;
      const key = `${name} ${event.connection}`;
      sides.set(key, [...(sides.get(key) ?? []), event.bytes]);
    }
  }
  return [...sides.values()].map((chunks) => Buffer.concat(chunks));
}

function malformed(): Uint8Array[] {
  const folder = new URL('../../fixtures/malformed/', import.meta.url);
  return readdirSync(folder)
    .flatMap((file) => parseMalformedRows(readFileSync(new URL(file, folder), 'utf8'), file))
    .filter(({ sentBy }) => sentBy === 'client')
    .map(({ after, bytes }) => (after === 'nothing' ? bytes : Buffer.concat([connectBytes('fuzz-0'), bytes])));
}
