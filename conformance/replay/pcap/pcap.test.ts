import { describe, expect, test } from 'vitest';
import type { Report } from '../../verdict/report.ts';
import { capturedFixtures } from '../captured.ts';
import { connectionsOf, type Fixture, type FixtureEvent } from '../fixture.ts';
import { fixtureToPcapng, reportToPcapng } from './export.ts';
import { importCapture } from './import-capture.ts';
import { CaptureError, type Frame, isCapture, readCapture } from './read-capture.ts';

const captured = capturedFixtures();
const conversation = captured.find(({ name }) => name === 'paho-c/session-qos-2')?.fixture ?? {
  head: { title: '' },
  events: [],
};
const frames = readCapture(fixtureToPcapng(conversation, 1e12));

/** Frames as a pcap file, each byte order, with microseconds. */
function pcap(all: readonly Frame[], { linkType = 101, littleEndian = true } = {}): Uint8Array {
  const header = new DataView(new ArrayBuffer(24));
  header.setUint32(0, 0xa1b2c3d4, littleEndian);
  header.setUint32(16, 262_144, littleEndian);
  header.setUint32(20, linkType, littleEndian);
  const records = all.flatMap(({ atMs, bytes, originalLength }) => {
    const record = new DataView(new ArrayBuffer(16));
    record.setUint32(0, Math.floor(atMs / 1e3), littleEndian);
    record.setUint32(4, Math.round((atMs % 1e3) * 1e3), littleEndian);
    record.setUint32(8, bytes.length, littleEndian);
    record.setUint32(12, originalLength, littleEndian);
    return [new Uint8Array(record.buffer), bytes];
  });
  return Buffer.concat([new Uint8Array(header.buffer), ...records]);
}

const behind = (header: readonly number[]): Frame[] =>
  frames.map((frame) => ({ ...frame, bytes: Buffer.concat([Uint8Array.from(header), frame.bytes]) }));

/** The same TCP in IPv6, with a hop-by-hop header before it. */
function inIpv6(): Frame[] {
  return frames.map((frame) => {
    const tcp = frame.bytes.subarray(20);
    const ip = new DataView(new ArrayBuffer(48));
    ip.setUint32(0, 0x60000000);
    ip.setUint16(4, 8 + tcp.length);
    ip.setUint8(6, 0);
    ip.setUint32(20, new DataView(frame.bytes.buffer, frame.bytes.byteOffset).getUint32(12));
    ip.setUint32(36, new DataView(frame.bytes.buffer, frame.bytes.byteOffset).getUint32(16));
    ip.setUint8(40, 6);
    return { ...frame, bytes: Buffer.concat([new Uint8Array(ip.buffer), tcp]) };
  });
}

/** Bytes of each connection, each direction, and how they ended. */
const said = ({ events }: Fixture): string[] =>
  events.map(
    (event) =>
      `${event.connection} ${event.by} ${event.kind === 'bytes' ? Buffer.from(event.bytes).toString('hex') : event.kind}`,
  );

const imported = (file: Uint8Array): Fixture => importCapture(file, 'test').fixture;

describe('a conversation that was written as pcapng and read again', () => {
  // curl's connections are named by their real, made-up client ids.
  test.each(captured.filter(({ name }) => !name.startsWith('curl/')))('$name is the same', ({ fixture }) => {
    const again = importCapture(fixtureToPcapng(fixture, 1e12), 'test');
    expect(again.remarks).toEqual([]);
    expect(said(again.fixture)).toEqual(said(fixture));
    expect(again.fixture.events.map(({ atMs }) => atMs)).toEqual(fixture.events.map(({ atMs }) => atMs));
  });
});

describe('captures of all kinds are read', () => {
  const ethernet = [...Array(12).fill(0), 0x08, 0x00];
  test.each<[string, Uint8Array]>([
    ['pcap, little endian', pcap(frames)],
    ['pcap, big endian', pcap(frames, { littleEndian: false })],
    ['BSD loopback', pcap(behind([2, 0, 0, 0]), { linkType: 0 })],
    ['Ethernet', pcap(behind(ethernet), { linkType: 1 })],
    ['Ethernet with a VLAN', pcap(behind([...Array(12).fill(0), 0x81, 0, 0, 5, 8, 0]), { linkType: 1 })],
    ['Linux cooked', pcap(behind([...Array(14).fill(0), 8, 0]), { linkType: 113 })],
    ['Linux cooked 2', pcap(behind([8, 0, ...Array(18).fill(0)]), { linkType: 276 })],
    ['IPv6 with an extension header', pcap(inIpv6())],
  ])('%s', (_kind, file) => {
    expect(said(imported(file))).toEqual(said(conversation));
  });

  test('frames of anything else are passed over', () => {
    const arp = { ...behind([...Array(12).fill(0), 0x08, 0x06]).slice(0, 1)[0] };
    const all = [arp, ...behind(ethernet)].filter((frame): frame is Frame => frame.bytes !== undefined);
    expect(said(imported(pcap(all, { linkType: 1 })))).toEqual(said(conversation));
  });
});

describe('TCP is put together again', () => {
  const bytesOf = (fixture: Fixture): string[] => {
    const streams = new Map<string, string>();
    for (const event of fixture.events) {
      if (event.kind !== 'bytes') continue;
      const key = `${event.connection} ${event.by}`;
      streams.set(key, (streams.get(key) ?? '') + Buffer.from(event.bytes).toString('hex'));
    }
    return [...streams].map(([key, hex]) => `${key} ${hex}`).sort();
  };

  test('from segments that were sent twice', () => {
    expect(said(imported(pcap(frames.flatMap((frame) => [frame, frame]))))).toEqual(said(conversation));
  });

  test('from segments that come out of order', () => {
    const isData = (frame: Frame | undefined): boolean => (frame?.bytes.length ?? 0) > 40;
    const shuffled = [...frames];
    for (let i = 4; i + 1 < shuffled.length; i += 2) {
      const [one, two] = [shuffled[i], shuffled[i + 1]];
      if (one !== undefined && two !== undefined && isData(one) && isData(two)) shuffled.splice(i, 2, two, one);
    }
    expect(shuffled).not.toEqual(frames);
    expect(bytesOf(imported(pcap(shuffled)))).toEqual(bytesOf(conversation));
  });

  test('from segments that overlap', () => {
    const grown = new Uint8Array(Buffer.concat([frames[3]?.bytes ?? new Uint8Array(), Uint8Array.of(0xc0)]));
    new DataView(grown.buffer).setUint16(2, grown.length);
    const [, , , connect, ...rest] = frames;
    const overlapping = [
      ...frames.slice(0, 3),
      { ...frames[3], bytes: grown } as Frame,
      ...(connect === undefined ? [] : [connect]),
      ...rest,
    ];
    // The byte too many is the client's next one: what comes again is not taken twice.
    expect(bytesOf(imported(pcap(overlapping))).some((line) => line.includes('c0'))).toBe(true);
  });

  test('up to a segment that is missing, and says so', () => {
    const dataFrames = frames.filter(({ bytes }) => bytes.length > 40);
    const { remarks } = importCapture(pcap(frames.filter((frame) => frame !== dataFrames[2])), 'test');
    expect(remarks).toEqual([expect.stringContaining('segments are missing')]);
  });

  test('not from a connection whose beginning is missing, and says so', () => {
    const { fixture, remarks } = importCapture(pcap(frames.slice(5)), 'test');
    expect(remarks[0]).toContain('does not begin with a CONNECT of MQTT');
    expect(connectionsOf(fixture)).toHaveLength(connectionsOf(conversation).length - 1);
  });
});

describe('a file that is no capture', () => {
  test('is told apart', () => {
    expect(isCapture(Buffer.from('mqttspec fixture 1'))).toBe(false);
    expect(isCapture(pcap([]))).toBe(true);
    expect(() => readCapture(Buffer.from('nothing'))).toThrow(CaptureError);
  });

  test('a broken block is an error that says where', () => {
    const file = fixtureToPcapng(conversation);
    file[32] = 3;
    expect(() => readCapture(file)).toThrow('the block at byte 28 has a length of 3');
  });

  test('one that ends within a frame is read up to there', () => {
    const file = pcap(frames);
    expect(readCapture(file.subarray(0, file.length - 5))).toHaveLength(frames.length - 1);
  });
});

test('the traces of a saved run become a capture, scenario by scenario', () => {
  const trace = [
    { kind: 'opened', at: 1, connection: 'client', to: 'somewhere' },
    {
      kind: 'sent',
      at: 2,
      connection: 'client',
      length: 14,
      hex: '100c00044d5154540402000000 00'.replace(' ', ''),
      summary: '',
    },
    { kind: 'note', at: 2, text: 'a remark' },
    { kind: 'received', at: 3, connection: 'client', length: 4, hex: '20020000', summary: '' },
    { kind: 'ended', at: 4, connection: 'client', by: 'tester', how: 'FIN' },
  ] as const;
  const report = {
    run: { startedAt: '2026-01-02T03:04:05.000Z' },
    scenarios: [
      { id: 'one', trace },
      { id: 'two', trace },
    ],
  };
  const file = reportToPcapng(report as unknown as Report);
  expect(Buffer.from(file).includes('one: client')).toBe(true);
  expect(readCapture(file)[0]?.atMs).toBe(Date.parse('2026-01-02T03:04:05.001Z'));
  const kinds = imported(file).events.map((event: FixtureEvent) => `${event.connection} ${event.by} ${event.kind}`);
  expect(kinds.filter((kind) => kind.startsWith('c1 '))).toEqual([
    'c1 client open',
    'c1 client bytes',
    'c1 server bytes',
    'c1 client fin',
  ]);
});
