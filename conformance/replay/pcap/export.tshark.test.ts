import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { capturedFixtures } from '../captured.ts';
import type { Fixture } from '../fixture.ts';
import { fixtureToPcapng } from './export.ts';
import { importCapture } from './import-capture.ts';
import { packetTypesByTshark } from './tshark.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mqttspec-tshark-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Packet types as we read them, by their first byte. */
const ourTypes = ({ events }: Fixture): number[] =>
  events.flatMap((event) => (event.kind === 'bytes' ? [(event.bytes[0] ?? 0) >> 4] : []));

describe('tshark decodes what we export', () => {
  test.each(capturedFixtures())('$name: as many packets, of the same types, in the same order', ({ fixture }) => {
    const file = join(folder, 'export.pcapng');
    writeFileSync(file, fixtureToPcapng(fixture, 1e12));
    expect(packetTypesByTshark(file).flat()).toEqual(ourTypes(fixture));
  });

  test('and its pcap is read by us', () => {
    const [ours, theirs] = [join(folder, 'ours.pcapng'), join(folder, 'theirs.pcap')];
    const fixture = capturedFixtures()[0]?.fixture ?? { head: { title: '' }, events: [] };
    writeFileSync(ours, fixtureToPcapng(fixture, 1e12));
    execFileSync('tshark', ['-r', ours, '-F', 'pcap', '-w', theirs], { stdio: 'pipe' });
    expect(ourTypes(importCapture(readFileSync(theirs), 'theirs').fixture)).toEqual(ourTypes(fixture));
  });

  test('a whole run: every packet of a well-behaved section', () => {
    const file = join(folder, 'run.pcapng');
    const args = [
      '--import',
      'tsx',
      'conformance/cli/main.ts',
      '--quiet',
      '--only',
      '4.5-receipt',
      '--protocol',
      '3.1.1',
      '--out',
      folder,
      '--pcap',
      file,
    ];
    execFileSync(process.execPath, args, { stdio: 'pipe' });
    const seen = packetTypesByTshark(file).flat();
    const { fixture } = importCapture(readFileSync(file), 'run');
    const countOf = (types: readonly number[]): Record<number, number> =>
      Object.fromEntries([2, 3, 4, 5, 6, 7, 9].map((type) => [type, types.filter((one) => one === type).length]));
    expect(countOf(seen)).toEqual(countOf(ourTypes(fixture)));
  });
});
