// What Wireshark's dissector makes of packets: each in a connection of its own, behind a CONNECT that tells the level. In: packets.
// Out: its fields as hex, and whether it calls the packet malformed.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encode } from '../../../reference/codec/encode.ts';
import { PcapngWriter } from '../../replay/pcap/write-pcapng.ts';
import type { Origin } from '../byte-arbitraries.ts';

export interface Dissected {
  /** Values by the name of the field, in hex, in the order in which they come. */
  readonly fields: ReadonlyMap<string, readonly string[]>;
  readonly malformed: boolean;
}

export type SentBytes = Origin & { readonly bytes: Uint8Array };

/** As PcapngWriter numbers the connections. */
const brokerPort = 1_883;
const firstClientPort = 20_000;

interface Frame {
  readonly _source: { readonly layers: Readonly<Record<string, unknown>> };
}

/** Dissects packets. Throws an error that says what to install. */
export function dissect(packets: readonly SentBytes[]): readonly (Dissected | undefined)[] {
  const folder = mkdtempSync(join(tmpdir(), 'mqttspec-dissect-'));
  try {
    const file = join(folder, 'generated.pcapng');
    writeFileSync(file, captureOf(packets));
    return byConnection(runTshark(file), packets.length);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function captureOf(packets: readonly SentBytes[]): Uint8Array {
  const blocks: Uint8Array[] = [];
  const writer = new PcapngWriter((block) => blocks.push(block), 1e12);
  for (const [at, { level, sentBy, bytes }] of packets.entries()) {
    const connection = writer.open(at, '');
    const fields = { cleanSession: true, keepAlive: 0, clientId: '' } as const;
    connection.bytes('client', at, encode({ type: 'connect', protocolLevel: level, ...fields }));
    connection.bytes(sentBy, at, bytes);
  }
  return Buffer.concat(blocks);
}

function runTshark(file: string): readonly Frame[] {
  const args = [
    '-r',
    file,
    '-Y',
    'mqtt',
    '-T',
    'jsonraw',
    '--no-duplicate-keys',
    '-o',
    'tcp.track_bytes_in_flight:FALSE',
  ];
  try {
    const out = execFileSync('tshark', args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 2 ** 30,
    });
    return JSON.parse(out) as readonly Frame[];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new Error('tshark is missing: run apt-get install tshark', { cause: error });
  }
}

/** The second frame with MQTT of each connection; undefined where tshark saw none. */
function byConnection(frames: readonly Frame[], count: number): readonly (Dissected | undefined)[] {
  const seen = new Map<number, Frame[]>();
  for (const frame of frames) {
    const tcp = valuesOf(frame._source.layers['tcp']);
    const ports = ['tcp.srcport', 'tcp.dstport'].map((name) => Number.parseInt(tcp.get(name)?.[0] ?? '', 16));
    const number = (ports.find((port) => port !== brokerPort) ?? 0) - firstClientPort;
    seen.set(number, [...(seen.get(number) ?? []), frame]);
  }
  return Array.from({ length: count }, (_, number) => {
    const layers = seen.get(number)?.[1]?._source.layers;
    if (layers === undefined) return undefined;
    return { fields: valuesOf(layers['mqtt']), malformed: JSON.stringify(layers).includes('_ws.malformed') };
  });
}

/** All raw values of a layer: `[hex, …]`, or several of them under one name. */
function valuesOf(layer: unknown, found = new Map<string, string[]>()): Map<string, string[]> {
  if (typeof layer !== 'object' || layer === null) return found;
  for (const [key, value] of Object.entries(layer)) {
    if (!key.endsWith('_raw')) {
      for (const one of Array.isArray(value) ? value : [value]) valuesOf(one, found);
      continue;
    }
    const several = Array.isArray(value) && Array.isArray(value[0]) ? value : [value];
    const hexes = several.map((one: unknown) => (Array.isArray(one) ? String(one[0]) : ''));
    const name = key.slice(0, -'_raw'.length);
    found.set(name, [...(found.get(name) ?? []), ...hexes]);
  }
  return found;
}
