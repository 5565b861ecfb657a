// Our decoder against Wireshark's dissector, over generated packets in a capture.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decode } from '../../reference/codec/decode.ts';
import { Framer } from '../../reference/codec/framer.ts';
import { inspect } from '../../reference/codec/inspect.ts';
import type { Packet } from '../../reference/codec/packet.ts';
import { damagedBytes, origin, wellFormedBytes } from './byte-arbitraries.ts';
import { type Dissected, dissect, type SentBytes } from './peers/tshark.ts';
import { numRuns } from './runs.ts';

/** Packets in one capture: few enough for the memory of a test. Others each time; a failure shows its bytes. */
const mostPackets = 10_000;
const sampling = { numRuns: Math.min(mostPackets, numRuns) };

const utf8 = (text: string): string => Buffer.from(text).toString('hex');
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const uint16 = (value: number): string => value.toString(16).padStart(4, '0');
const uint8 = (value: number): string => value.toString(16).padStart(2, '0');

/** The fields of a packet under the names that the dissector gives them; what is empty is not told of. */
function expectedFields(packet: Packet, level: 3 | 4): Readonly<Record<string, readonly string[]>> {
  switch (packet.type) {
    case 'connect':
      return {
        'mqtt.ver': [uint8(packet.protocolLevel)],
        'mqtt.kalive': [uint16(packet.keepAlive)],
        'mqtt.clientid': [utf8(packet.clientId)],
        'mqtt.willtopic': [utf8(packet.will?.topicName ?? '')],
        'mqtt.willmsg': [hex(packet.will?.message ?? new Uint8Array())],
        'mqtt.username': [utf8(packet.userName ?? '')],
        'mqtt.passwd': [hex(packet.password ?? new Uint8Array())],
      };
    case 'connack': {
      // At level 3 the first byte is not used.
      const flags = level === 3 ? [] : [uint8(packet.sessionPresent ? 1 : 0)];
      return { 'mqtt.conack.flags': flags, 'mqtt.conack.val': [uint8(packet.returnCode)] };
    }
    case 'publish': {
      const { topicName, packetId, payload } = packet;
      const msgid = packetId === undefined ? [] : [uint16(packetId)];
      return { 'mqtt.topic': [utf8(topicName)], 'mqtt.msgid': msgid, 'mqtt.msg': [hex(payload)] };
    }
    case 'subscribe': {
      const { packetId, subscriptions } = packet;
      return {
        'mqtt.msgid': [uint16(packetId)],
        'mqtt.topic': subscriptions.map(({ topicFilter }) => utf8(topicFilter)),
        'mqtt.sub.qos': subscriptions.map(({ qos }) => uint8(qos)),
      };
    }
    case 'suback':
      return { 'mqtt.msgid': [uint16(packet.packetId)], 'mqtt.suback.qos': packet.returnCodes.map(uint8) };
    case 'unsubscribe':
      return { 'mqtt.msgid': [uint16(packet.packetId)], 'mqtt.topic': packet.topicFilters.map(utf8) };
    case 'pingreq':
    case 'pingresp':
    case 'disconnect':
      return {};
    default:
      return { 'mqtt.msgid': [uint16(packet.packetId)] };
  }
}

const told = (values: readonly string[] | undefined): readonly string[] =>
  (values ?? []).filter((value) => value !== '');

/** Names of fields in which the dissector reads something else than we do. */
function differences(packet: Packet, level: 3 | 4, { fields }: Dissected): string[] {
  return Object.entries(expectedFields(packet, level)).flatMap(([name, values]) =>
    told(fields.get(name)).join() === told(values).join() ? [] : [`${name}: ${told(fields.get(name))}, not ${values}`],
  );
}

/** Whether the bytes are one frame: what else is on the wire the dissector waits for, or takes for further packets. */
function isOneFrame(bytes: Uint8Array): boolean {
  const lengths: number[] = [];
  const framer = new Framer();
  try {
    framer.push(bytes, (frame) => lengths.push(frame.length));
  } catch {
    return false;
  }
  return lengths.length === 1 && framer.isEmpty;
}

describe('tshark', () => {
  test('reads the same fields in well-formed packets, and calls none of them malformed', () => {
    const packets = fc.sample(wellFormedBytes, sampling);
    const wrong = dissect(packets).flatMap((dissected, at) => {
      const { bytes, ...from } = packets[at] as SentBytes;
      if (dissected === undefined) return [`${hex(bytes)}: not seen`];
      const found = differences(decode(bytes, from), from.level, dissected);
      if (dissected.malformed) found.push('called malformed');
      return found.map((words) => `${from.level} ${hex(bytes)}: ${words}`);
    });
    expect(wrong.slice(0, 20)).toEqual([]);
  });

  test('calls nothing malformed that we take, and reads the same in what we take of damaged packets', () => {
    const damaged = fc.tuple(damagedBytes.filter(isOneFrame), origin).map(([bytes, from]) => ({ ...from, bytes }));
    const packets = fc.sample(damaged, sampling);
    let refused = 0;
    const wrong = dissect(packets).flatMap((dissected, at) => {
      const { bytes, ...from } = packets[at] as SentBytes;
      const { packet, problem } = inspect(bytes, from);
      if (dissected?.malformed === true) refused++;
      if (packet === undefined || dissected === undefined) return [];
      const found = differences(packet, from.level, dissected);
      if (dissected.malformed) found.push(`called malformed, ${problem ?? 'while we take it'}`);
      return found.map((words) => `${from.level} ${hex(bytes)}: ${words}`);
    });
    expect(wrong.slice(0, 20)).toEqual([]);
    expect(refused).toBeGreaterThan(sampling.numRuns / 50);
  });
});
