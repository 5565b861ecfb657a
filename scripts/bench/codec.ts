// Codec rows: parse and generate, side by side with mqtt-packet.
import { decode } from '../../reference/codec/decode.ts';
import { encode, PacketWriter } from '../../reference/codec/encode.ts';
import { Framer } from '../../reference/codec/framer.ts';
import type { Packet } from '../../reference/codec/packet.ts';
import { PacketReader } from '../../reference/codec/packet-reader.ts';
import { chunksOf, everyType, piecesOf, publish } from './codec-samples.ts';
import { CountingStream, generate, theirParser, theirs, writeToStream } from './mqtt-packet-peer.ts';
import { type Comparison, contenders, perCpuSecond, type Row, type RowOptions } from './row.ts';

const roundMs = ({ smoke }: RowOptions): number => (smoke ? 2 : 150);

const many = (count: number, shape: Parameters<typeof publish>[1]): Packet[] =>
  Array.from({ length: count }, (_, i) => publish(i, shape));

const repeated = (packets: readonly Packet[], times: number): Packet[] =>
  Array.from({ length: times }, () => packets).flat();

interface ParseRow {
  readonly id: string;
  readonly title: string;
  readonly compared: Omit<Comparison, 'against'>;
  readonly packets: () => readonly Packet[];
  readonly chunks: (packets: readonly Packet[]) => Buffer[];
  /** More rounds that are shorter, where memory makes the figures jump. */
  readonly shortRounds?: number;
}

/** All chunks of a row through a parser, over and over. Both count what they read, so that neither can read less. */
function parseRow({ id, title, compared, packets, chunks, shortRounds }: ParseRow): Row {
  return {
    id: `codec/${id}`,
    title,
    unit: 'packets/s',
    better: 'more',
    comparisons: [{ against: 'mqtt-packet', ...compared }],
    ...(shortRounds === undefined ? {} : { rounds: shortRounds }),
    open(options) {
      const sent = packets();
      const all = chunks(sent);
      const measured = (parse: (chunk: Buffer) => void, count: () => number) => () => {
        // Where each packet is a MiB of memory, nobody shall pay for what another has left behind.
        if (shortRounds !== undefined) globalThis.gc?.();
        const before = count();
        let rounds = 0;
        const perRound = perCpuSecond(
          () => {
            rounds++;
            for (const chunk of all) parse(chunk);
          },
          { forMs: shortRounds === undefined ? roundMs(options) : roundMs(options) / 4 },
        );
        if (count() - before !== rounds * sent.length) throw new Error(`${id}: ${count() - before} packets read`);
        return perRound * sent.length;
      };
      const their = theirParser();
      const reader = new PacketReader();
      const framer = new Framer();
      let read = 0;
      let framed = 0;
      const packet = ({ type }: Packet): void => {
        if (type.length > 0) read++;
      };
      const frame = (bytes: Uint8Array): void => {
        if (decode(bytes).type.length > 0) framed++;
      };
      return contenders({
        ours: measured(
          (chunk) => reader.push(chunk, packet),
          () => read,
        ),
        'ours, frame by frame': measured(
          (chunk) => framer.push(chunk, frame),
          () => framed,
        ),
        'mqtt-packet': measured(
          (chunk) => their.parse(chunk),
          () => their.count,
        ),
      });
    },
  };
}

const small = { atLeast: 8, possible: 15 };
const wholeChunks = 65_536;

const parseRows: readonly Row[] = [
  ...[16, 128, 1_024].flatMap((payloadBytes) => {
    const packets = (): Packet[] => many(1_000, { topics: 100, payloadBytes });
    return [
      parseRow({
        id: `parse-one-${payloadBytes}B`,
        title: `parse, one PUBLISH of ${payloadBytes} B a chunk`,
        compared: small,
        packets,
        chunks: (all) => chunksOf(all),
      }),
      parseRow({
        id: `parse-many-${payloadBytes}B`,
        title: `parse, PUBLISHes of ${payloadBytes} B in chunks of 64 KiB`,
        compared: small,
        packets,
        chunks: (all) => chunksOf(all, wholeChunks),
      }),
    ];
  }),
  parseRow({
    id: 'parse-one-every-type',
    title: 'parse, one packet a chunk, all packet types',
    compared: small,
    packets: () => repeated(everyType, 50),
    chunks: (all) => chunksOf(all),
  }),
  parseRow({
    id: 'parse-many-every-type',
    title: 'parse, all packet types in chunks of 64 KiB',
    compared: small,
    packets: () => repeated(everyType, 50),
    chunks: (all) => chunksOf(all, wholeChunks),
  }),
  parseRow({
    id: 'parse-1000-topics',
    title: 'parse, 2,000 PUBLISHes over 1,000 topics in a chunk',
    compared: { atLeast: 5, possible: 7 },
    packets: () => many(2_000, { topics: 1_000, payloadBytes: 16 }),
    chunks: (all) => chunksOf(all, Number.POSITIVE_INFINITY),
  }),
  parseRow({
    id: 'parse-1MiB',
    title: 'parse, a PUBLISH of 1 MiB in chunks of 64 KiB',
    compared: { atLeast: 1, possible: 1.1 },
    packets: () => [publish(1, { topics: 1, payloadBytes: 1_048_576 })],
    chunks: (all) => piecesOf(Buffer.concat(chunksOf(all)), wholeChunks),
    shortRounds: 61,
  }),
  parseRow({
    id: 'parse-bytewise',
    title: 'parse, byte by byte',
    compared: { atLeast: 8, possible: 16 },
    packets: () => many(100, { topics: 100, payloadBytes: 16 }),
    chunks: (all) => piecesOf(Buffer.concat(chunksOf(all)), 1),
  }),
];

const generated = (): Packet[] => repeated(everyType, 50);
const packetsPerTurn = 100;

const generateRow: Row = {
  id: 'codec/generate',
  title: 'generate, each packet as bytes of its own, all packet types',
  unit: 'packets/s',
  better: 'more',
  comparisons: [{ against: 'mqtt-packet generate', atLeast: 5, possible: 9 }],
  open(options) {
    const ours = generated();
    const their = ours.map(theirs);
    const measured =
      <P>(packets: readonly P[], bytesOf: (packet: P) => Uint8Array) =>
      () => {
        let bytes = 0;
        const all = (): void => {
          for (const packet of packets) bytes += bytesOf(packet).length;
        };
        return perCpuSecond(all, { forMs: roundMs(options) }) * packets.length * Math.sign(bytes);
      };
    return contenders({
      ours: measured(ours, (packet) => encode(packet)),
      'mqtt-packet generate': measured(their, (packet) => generate(packet)),
    });
  },
};

const writeRow: Row = {
  id: 'codec/write-to-stream',
  title: `generate into a stream, ${packetsPerTurn} packets a turn, all packet types`,
  unit: 'packets/s',
  better: 'more',
  comparisons: [{ against: 'mqtt-packet writeToStream', atLeast: 4, possible: 5.6 }],
  open(options) {
    const ours = generated();
    const their = ours.map(theirs);
    const stream = new CountingStream();
    const writer = new PacketWriter();
    const measured =
      <P>(packets: readonly P[], write: (packet: P, at: number) => void) =>
      () =>
        perCpuSecond(
          () => {
            for (let i = 0; i < packets.length; i++) write(packets[i] as P, i);
          },
          { forMs: roundMs(options) },
        ) * packets.length;
    return contenders({
      ours: measured(ours, (packet, at) => {
        writer.write(packet);
        if (at % packetsPerTurn === packetsPerTurn - 1) stream.write(writer.take());
      }),
      'mqtt-packet writeToStream': measured(their, (packet) => {
        writeToStream(packet, stream as unknown as NodeJS.WritableStream);
      }),
    });
  },
};

export const codecRows: readonly Row[] = [...parseRows, generateRow, writeRow];
