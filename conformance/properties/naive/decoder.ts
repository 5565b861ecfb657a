// A second decoder, to hold the first one against. Written from the text of the standard, shares no code with reference/codec,
// and is as plain as can be: bytes are taken off the front of an array. In: a stream, the level, who sends. Out: packets, or a refusal.
import { naiveText } from './text.ts';

/** A packet in plain values; bytes as hex. */
export type NaivePacket = Readonly<Record<string, unknown>>;

/** `foreign`: a CONNECT of a protocol that is neither (MQTT, 4) nor (MQIsdp, 3), which is not malformed. */
export type NaiveEnd = 'whole' | 'unfinished' | 'malformed' | 'foreign';

export interface NaiveReading {
  readonly packets: readonly NaivePacket[];
  readonly end: NaiveEnd;
  /** Why the last packet was refused. */
  readonly why?: string;
}

export interface NaiveConnection {
  /** Level of the connection: 4 as long as no CONNECT has said otherwise. */
  readonly level: 3 | 4;
  readonly sentBy: 'client' | 'server';
}

class Refusal extends Error {
  readonly end: NaiveEnd;

  constructor(why: string, end: NaiveEnd = 'malformed') {
    super(why);
    this.end = end;
  }
}

function demand(condition: boolean, otherwise: string): asserts condition {
  if (!condition) throw new Refusal(otherwise);
}

/** Reads packets until the stream ends or one is refused. */
export function readNaively(stream: Uint8Array, connection: NaiveConnection): NaiveReading {
  const left = [...stream];
  const packets: NaivePacket[] = [];
  try {
    while (left.length > 0) {
      const [first = 0] = left;
      const length = remainingLength(left.slice(1));
      if (length === undefined || left.length < 1 + length.digits + length.value) return { packets, end: 'unfinished' };
      left.splice(0, 1 + length.digits);
      packets.push(packet(first, left.splice(0, length.value), connection));
    }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { packets, end: error.end, why: error.message };
  }
  return { packets, end: 'whole' };
}

/** Section 2.2.3: seven bits a byte, the least significant first; four bytes at most. */
function remainingLength(bytes: readonly number[]): { digits: number; value: number } | undefined {
  let value = 0;
  for (const [position, byte] of bytes.entries()) {
    demand(position < 4, '2.2.3: a fifth length byte');
    value += (byte % 128) * 128 ** position;
    if (byte < 128) return { digits: position + 1, value };
    demand(position < 3, '2.2.3: the fourth length byte says that another follows');
  }
  return undefined;
}

const names = [
  '',
  'connect',
  'connack',
  'publish',
  'puback',
  'pubrec',
  'pubrel',
  'pubcomp',
  'subscribe',
  'suback',
  'unsubscribe',
  'unsuback',
  'pingreq',
  'pingresp',
  'disconnect',
  '',
] as const;
const fromClientsAlone = ['connect', 'subscribe', 'unsubscribe', 'pingreq', 'disconnect'];
const fromServersAlone = ['connack', 'suback', 'unsuback', 'pingresp'];

function packet(first: number, body: number[], { level, sentBy }: NaiveConnection): NaivePacket {
  const type = names[Math.floor(first / 16)] ?? '';
  const flags = first % 16;
  demand(type !== '', 'Table 2.1: types 0 and 15 are reserved');
  demand(!(sentBy === 'client' ? fromServersAlone : fromClientsAlone).includes(type), 'Table 2.1: direction of flow');
  if (level === 4 && type !== 'publish') {
    const wanted = ['pubrel', 'subscribe', 'unsubscribe'].includes(type) ? 2 : 0;
    demand(flags === wanted, `Table 2.2: flags of ${type}`);
  }
  const fields = fieldsOf(type, { flags, body, level });
  demand(body.length === 0, 'bytes are left over');
  // MQTT 3.1 has DUP in three more packets.
  const dup = level === 3 && flags >= 8 && ['pubrel', 'subscribe', 'unsubscribe'].includes(type);
  return dup ? { type, ...fields, dup } : { type, ...fields };
}

interface Rest {
  readonly flags: number;
  readonly body: number[];
  readonly level: 3 | 4;
}

function fieldsOf(type: Exclude<(typeof names)[number], ''>, { flags, body, level }: Rest): NaivePacket;
function fieldsOf(type: string, { flags, body, level }: Rest): NaivePacket {
  switch (type) {
    case 'connect':
      return connect(body);
    case 'connack':
      return connack(body, level);
    case 'publish':
      return publish(flags, body, level);
    case 'subscribe':
      return { packetId: freshId(body), subscriptions: several(body, subscription) };
    case 'suback':
      return { packetId: freshId(body), returnCodes: several(body, returnCode) };
    case 'unsubscribe':
      return { packetId: freshId(body), topicFilters: several(body, text) };
    case 'pingreq':
    case 'pingresp':
    case 'disconnect':
      return {};
    default:
      return { packetId: number16(body) };
  }
}

function connect(body: number[]): NaivePacket {
  const [name, level] = [text(body), number8(body)];
  if (!(name === 'MQTT' && level === 4) && !(name === 'MQIsdp' && level === 3))
    throw new Refusal(`protocol ${name}, level ${level}`, 'foreign');
  // Figure 3.4, from the most significant bit down.
  const bits = [...number8(body).toString(2).padStart(8, '0')].map(Number);
  const [userNameFlag, passwordFlag, willRetain, willQosHigh = 0, willQosLow = 0, willFlag, cleanSession, reserved] =
    bits;
  const willQos = willQosHigh * 2 + willQosLow;
  if (level === 4) {
    demand(reserved === 0, 'MQTT-3.1.2-3');
    demand(willFlag === 1 || willQos === 0, 'MQTT-3.1.2-13');
    demand(willFlag === 1 || willRetain === 0, 'MQTT-3.1.2-15');
  }
  demand(willFlag === 0 || willQos < 3, 'MQTT-3.1.2-14');
  demand(userNameFlag === 1 || passwordFlag === 0, 'MQTT-3.1.2-22');
  const keepAlive = number16(body);
  const clientId = text(body);
  const will =
    willFlag === 1
      ? { topicName: text(body), message: binary(body), qos: willQos, retain: willRetain === 1 }
      : undefined;
  // In MQTT 3.1 Remaining Length wins over the two flags.
  const announced = (flag: number | undefined): boolean => flag === 1 && (level === 4 || body.length > 0);
  const userName = announced(userNameFlag) ? text(body) : undefined;
  const password = announced(passwordFlag) ? binary(body) : undefined;
  return { protocolLevel: level, cleanSession: cleanSession === 1, keepAlive, clientId, will, userName, password };
}

function connack(body: number[], level: 3 | 4): NaivePacket {
  const [flags, code] = [number8(body), number8(body)];
  demand(code <= 5, 'Table 3.1: codes 6 to 255 are reserved');
  // MQTT 3.1 does not use the first byte.
  if (level === 3) return { returnCode: code, sessionPresent: false };
  demand(flags <= 1, '3.2.2.1: bits 7 to 1 are reserved');
  demand(code === 0 || flags === 0, 'MQTT-3.2.2-4');
  return { returnCode: code, sessionPresent: flags === 1 };
}

function publish(flags: number, body: number[], level: 3 | 4): NaivePacket {
  const [dup, qos, retain] = [flags >= 8, Math.floor(flags / 2) % 4, flags % 2 === 1];
  demand(qos < 3, 'MQTT-3.3.1-4');
  demand(level === 3 || qos > 0 || !dup, 'MQTT-3.3.1-2');
  const topicName = text(body);
  const packetId = qos > 0 ? freshId(body) : undefined;
  return { qos, dup: qos > 0 && dup, retain, topicName, packetId, payload: hex(body.splice(0)) };
}

function subscription(body: number[]): NaivePacket {
  const [topicFilter, qos] = [text(body), number8(body)];
  demand(qos <= 2, 'MQTT-3.8.3-4');
  return { topicFilter, qos };
}

function returnCode(body: number[]): number {
  const code = number8(body);
  demand(code <= 2 || code === 128, 'MQTT-3.9.3-2');
  return code;
}

/** One or more. */
function several<T>(body: number[], one: (body: number[]) => T): T[] {
  const all = [one(body)];
  while (body.length > 0) all.push(one(body));
  return all;
}

function taken(body: number[], count: number): number[] {
  demand(body.length >= count, 'the packet ends too early');
  return body.splice(0, count);
}

const number8 = (body: number[]): number => taken(body, 1)[0] ?? 0;
const number16 = (body: number[]): number => number8(body) * 256 + number8(body);
const binary = (body: number[]): string => hex(taken(body, number16(body)));
const hex = (bytes: readonly number[]): string => bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('');

function text(body: number[]): string {
  const read = naiveText(taken(body, number16(body)));
  demand(read !== undefined, 'MQTT-1.5.3-1, MQTT-1.5.3-2');
  return read;
}

/** MQTT-2.3.1-1: where an exchange begins, and in SUBACK, which answers one. */
function freshId(body: number[]): number {
  const packetId = number16(body);
  demand(packetId !== 0, 'MQTT-2.3.1-1');
  return packetId;
}
