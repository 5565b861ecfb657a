import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { connect, SampleBroker } from '../../reference/broker/core/sample-broker.ts';
import { SampleClient } from '../../reference/client/core/sample-client.ts';
import { decode } from '../../reference/codec/decode.ts';
import { Framer } from '../../reference/codec/framer.ts';
import { UnsupportedProtocol } from '../../reference/codec/levels.ts';
import { MalformedPacket } from '../../reference/codec/malformed.ts';
import type { Packet } from '../../reference/codec/packet.ts';
import { catalogue } from '../spec/catalogue.ts';
import { type DemandedReaction, type MalformedRow, parseMalformedRows } from './malformed-rows.ts';

const folder = new URL('../../fixtures/malformed/', import.meta.url);
const files = readdirSync(folder);
const rows = files.flatMap((file) =>
  parseMalformedRows(readFileSync(new URL(file, folder), 'utf8'), `fixtures/malformed/${file}`),
);
const known: ReadonlySet<string> = new Set(catalogue.map(({ id }) => id));

const named = (some: readonly MalformedRow[]) =>
  some.map((row) => [`${row.file}:${row.line} ${row.why}`, row] as const);

/** What the codec makes of a row: `packets`, `unsupported`, or the statement that it names. */
function readByCodec({ bytes, sentBy, after }: MalformedRow): string {
  try {
    const level = after === 'connect 3.1' ? 3 : 4;
    new Framer().push(bytes, (frame) => void decode(frame, { level, sentBy }));
    return 'packets';
  } catch (error) {
    if (error instanceof UnsupportedProtocol) return 'unsupported';
    if (error instanceof MalformedPacket) return error.statement;
    throw error;
  }
}

const inWords = ({ answer, closes }: DemandedReaction): string =>
  [answer === undefined ? 'silence' : `${answer.type} ${answer.code}`, closes ? 'closed' : 'open'].join(', ');

/** What the reference broker does with a row. */
function reactionOfBroker({ bytes, after }: MalformedRow): string {
  const client = new SampleBroker().dial();
  if (after !== 'nothing') client.sends(connect('x', { protocolLevel: after === 'connect' ? 4 : 3 }));
  client.taken();
  client.sends(bytes);
  const answers = client.taken().map(answered);
  return [answers.join(', ') || 'silence', client.closed ? 'closed' : 'open'].join(', ');
}

function answered(packet: Packet): string {
  if (packet.type === 'connack') return `connack ${packet.returnCode}`;
  return packet.type === 'suback' ? `suback ${packet.returnCodes.join()}` : packet.type;
}

describe('the malformed byte sequences', () => {
  test('are many, none of them twice', () => {
    expect(rows.length).toBeGreaterThanOrEqual(500);
    const keys = rows.map(({ sentBy, after, bytes }) => `${sentBy} ${after} ${Buffer.from(bytes).toString('hex')}`);
    expect(keys.filter((key, at) => keys.indexOf(key) !== at)).toEqual([]);
  });

  test('violate statements of the catalogue, or of a section without numbers', () => {
    const strange = rows.flatMap(({ statements }) => statements).filter((id) => !known.has(id) && !/^[\d.]+$/.test(id));
    expect(strange).toEqual([]);
  });

  test.each(named(rows))('codec: %s', (_name, row) => {
    const { kind, statements } = row;
    if (kind === 'malformed') expect(statements).toContain(readByCodec(row));
    else expect(readByCodec(row)).toBe(kind === 'unsupported' ? 'unsupported' : 'packets');
  });

  test.each(named(rows.filter(({ sentBy }) => sentBy === 'client')))('broker: %s', (_name, row) => {
    expect(row.demands.map(inWords)).toContain(reactionOfBroker(row));
  });
});

test.each(named(rows.filter(({ sentBy }) => sentBy === 'server')))('client: %s', (_name, row) => {
  expect(row.demands).toEqual([{ closes: true }]);
  const client = new SampleClient().connect().serves(Buffer.from(row.bytes).toString('hex'));
  expect(client.happened().slice(0, 2)).toEqual(['stream finished', 'disconnected: malformed packet']);
});

describe('a file of rows that cannot be read', () => {
  const head = 'mqttspec malformed 1\nsent by: client\nafter: connect\ndemands: close\nkind: malformed\n';

  test.each([
    ['nothing', 'x.txt:1: expected "mqttspec malformed 1", got ""', ''],
    ['an unknown key', 'x.txt:6: expected one of section, sent by, after, demands, kind', `${head}because: of it\n`],
    ['half a byte', 'x.txt:6: "C0D" has half a byte', `${head}MQTT-4.8.0-1  C0D  # why\n`],
    ['no reason', 'x.txt:6: expected statements', `${head}MQTT-4.8.0-1  C0 00\n`],
    ['no statement', 'x.txt:6: expected statements', `${head}C0 00 # why\n`],
    [
      'an unknown sender',
      'x.txt:3: "sent by" above is nobody',
      'mqttspec malformed 1\nsent by: nobody\nMQTT-4.8.0-1 C0 00 # why',
    ],
    ['an unknown demand', 'x.txt:7: "demands" above is "smile"', `${head}demands: smile\nMQTT-4.8.0-1 C0 00 # why`],
  ])('%s', (_what, message, text) => {
    expect(() => parseMalformedRows(text, 'x.txt')).toThrow(message);
  });
});
