// Reads what the target sends. In: chunks. Out: packets with what is wrong about them. Lenient on purpose: the judge has to see
// a bad packet, so nothing is dropped; and written apart from reference/codec, so that the two do not share their mistakes.
import type { AnyStatementId } from '../spec/catalogue.ts';

/** Something wrong with a packet of the target, and the statements that forbid it. */
export interface Finding {
  readonly statements: readonly AnyStatementId[];
  readonly text: string;
}

/** A packet as it came: values outside the standard's ranges are kept. */
export type Observed =
  | { readonly type: 'connack'; readonly sessionPresent: boolean; readonly returnCode: number }
  | ObservedPublish
  | { readonly type: 'puback' | 'pubrec' | 'pubrel' | 'pubcomp' | 'unsuback'; readonly packetId: number }
  | { readonly type: 'suback'; readonly packetId: number; readonly returnCodes: readonly number[] }
  | { readonly type: 'pingresp' }
  | Foreign;

export type ObservedPublish = {
  readonly type: 'publish';
  readonly dup: boolean;
  readonly qos: number;
  readonly retain: boolean;
  readonly topicName: string;
  readonly packetId?: number;
  readonly payload: Uint8Array;
};

/** Not for this direction, of a reserved type, or too short to be read. */
export type Foreign = { readonly type: 'foreign'; readonly packetType: number };

export type ObservedType = Observed['type'];

export interface ObservedPacket {
  readonly packet: Observed;
  readonly bytes: Uint8Array;
  readonly findings: readonly Finding[];
}

const typeNames = [
  'reserved type 0',
  'CONNECT',
  'CONNACK',
  'PUBLISH',
  'PUBACK',
  'PUBREC',
  'PUBREL',
  'PUBCOMP',
  'SUBSCRIBE',
  'SUBACK',
  'UNSUBSCRIBE',
  'UNSUBACK',
  'PINGREQ',
  'PINGRESP',
  'DISCONNECT',
  'reserved type 15',
] as const;

/** Name of a control packet type, Table 2.1. */
export const packetTypeName = (packetType: number): string => typeNames[packetType & 15] ?? 'unknown';

/** Packets that a server sends; the others may not travel in this direction (Table 2.1). */
const acks = { 4: 'puback', 5: 'pubrec', 6: 'pubrel', 7: 'pubcomp', 11: 'unsuback' } as const;
const strictText = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lenientText = new TextDecoder('utf-8', { ignoreBOM: true });

/** Cuts a stream into packets and reads each. After a Remaining Length of five bytes nothing more can be read. */
export class Observer {
  /** What came and is no whole packet yet. */
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  /** So many bytes have to be there before it is worth looking again: a large packet comes in many chunks. */
  #wantedBytes = 2;
  #lost = false;
  readonly #receive: (observed: ObservedPacket) => void;

  constructor(receive: (observed: ObservedPacket) => void) {
    this.#receive = receive;
  }

  /** Bytes that came and are no whole packet yet. */
  get unfinished(): Uint8Array {
    const [only] = this.#held;
    return this.#held.length === 1 && only !== undefined ? only : new Uint8Array(Buffer.concat(this.#held));
  }

  push(chunk: Uint8Array): void {
    // A copy: the chunk is the link's, and packets are kept for the trace.
    this.#held.push(new Uint8Array(chunk));
    this.#heldBytes += chunk.length;
    if (this.#heldBytes < this.#wantedBytes) return;
    const bytes = this.unfinished;
    this.#held = [];
    const offset = this.#cut(bytes);
    if (offset < bytes.length) this.#held.push(bytes.subarray(offset));
    this.#heldBytes = bytes.length - offset;
  }

  /** Hands over the whole packets; returns where what is left begins. */
  #cut(bytes: Uint8Array): number {
    let offset = 0;
    this.#wantedBytes = 2;
    while (!this.#lost && offset < bytes.length) {
      const length = frameLength(bytes, offset);
      if (length === 'unreadable') {
        this.#lost = true;
        this.#receive(unreadable(bytes.subarray(offset)));
        return offset;
      }
      if (length === undefined || offset + length.total > bytes.length) {
        this.#wantedBytes = length?.total ?? bytes.length - offset + 1;
        return offset;
      }
      this.#receive(observe(bytes.subarray(offset, offset + length.total), length.headerBytes));
      offset += length.total;
    }
    return offset;
  }
}

function frameLength(
  bytes: Uint8Array,
  offset: number,
): { total: number; headerBytes: number } | 'unreadable' | undefined {
  let remaining = 0;
  for (let digit = 0; digit < 4; digit++) {
    const byte = bytes[offset + 1 + digit];
    if (byte === undefined) return undefined;
    remaining += (byte & 127) * 128 ** digit;
    if (byte < 128) return { total: 2 + digit + remaining, headerBytes: 2 + digit };
  }
  return 'unreadable';
}

function unreadable(bytes: Uint8Array): ObservedPacket {
  const text = 'Remaining Length has more than four bytes (section 2.2.3)';
  const packet = { type: 'foreign', packetType: (bytes[0] ?? 0) >> 4 } as const;
  return { packet, bytes: bytes.slice(0, 64), findings: [{ statements: ['MQTT-7.1.1-1'], text }] };
}

/** Reads one whole packet. */
function observe(bytes: Uint8Array, headerBytes: number): ObservedPacket {
  const first = bytes[0] ?? 0;
  const packetType = first >> 4;
  const findings: Finding[] = [];
  const body = bytes.subarray(headerBytes);
  const needless = headerBytes > 2 && (bytes[headerBytes - 1] ?? 0) === 0;
  if (needless)
    findings.push({ statements: [], text: 'Remaining Length is written in more bytes than it needs (remark)' });
  const packet = packetType === 3 ? observePublish(first, body, findings) : observeReply(first, body, findings);
  return { packet, bytes, findings };
}

function observeReply(first: number, body: Uint8Array, findings: Finding[]): Observed {
  const packetType = first >> 4;
  const name = packetTypeName(packetType);
  const flags = first & 15;
  const demanded = packetType === 6 ? 2 : 0;
  switch (packetType) {
    case 2:
    case 4:
    case 5:
    case 6:
    case 7:
    case 9:
    case 11:
    case 13:
      break;
    default:
      findings.push({
        statements: ['MQTT-4.8.0-1'],
        text: `${name} must not travel from server to client (Table 2.1)`,
      });
      return { type: 'foreign', packetType };
  }
  if (flags !== demanded) {
    const statements: AnyStatementId[] = packetType === 6 ? ['MQTT-2.2.2-1', 'MQTT-3.6.1-1'] : ['MQTT-2.2.2-1'];
    findings.push({ statements, text: `flags of ${name} are ${bits(flags)}, demanded are ${bits(demanded)}` });
  }
  if (packetType === 2) return observeConnack(body, findings);
  if (packetType === 9) return observeSuback(body, findings);
  if (packetType === 13) {
    demandLength(body, { name, length: 0, statement: 'MQTT-3.12.4-1' }, findings);
    return { type: 'pingresp' };
  }
  const type = acks[packetType as keyof typeof acks];
  const statement = type === 'unsuback' ? 'MQTT-3.10.4-4' : 'MQTT-2.3.1-6';
  demandLength(body, { name, length: 2, statement }, findings);
  if (body.length < 2) return { type: 'foreign', packetType };
  return { type, packetId: uint16(body, 0) };
}

function demandLength(
  body: Uint8Array,
  { name, length, statement }: { name: string; length: number; statement: AnyStatementId },
  findings: Finding[],
): void {
  if (body.length === length) return;
  const text = `Remaining Length of ${name} is ${body.length}, demanded is ${length}`;
  findings.push({ statements: [statement], text });
}

function observeConnack(body: Uint8Array, findings: Finding[]): Observed {
  demandLength(body, { name: 'CONNACK', length: 2, statement: 'MQTT-3.1.4-4' }, findings);
  if (body.length < 2) return { type: 'foreign', packetType: 2 };
  const flags = body[0] ?? 0;
  const returnCode = body[1] ?? 0;
  if (flags > 1) {
    findings.push({
      statements: ['MQTT-2.2.2-1'],
      text: `CONNACK flags are ${bits(flags)}: bits 7 to 1 are reserved (section 3.2.2.1)`,
    });
  }
  if (returnCode > 5) {
    findings.push({ statements: ['MQTT-3.2.2-6'], text: `CONNACK return code ${returnCode} is not in Table 3.1` });
  }
  if (returnCode !== 0 && (flags & 1) === 1) {
    findings.push({ statements: ['MQTT-3.2.2-4'], text: `CONNACK refuses (${returnCode}) and has Session Present 1` });
  }
  return { type: 'connack', sessionPresent: (flags & 1) === 1, returnCode };
}

function observeSuback(body: Uint8Array, findings: Finding[]): Observed {
  if (body.length < 2) {
    demandLength(body, { name: 'SUBACK', length: 3, statement: 'MQTT-3.8.4-2' }, findings);
    return { type: 'foreign', packetType: 9 };
  }
  const returnCodes = [...body.subarray(2)];
  for (const code of returnCodes) {
    if (code > 2 && code !== 0x80) {
      findings.push({ statements: ['MQTT-3.9.3-2'], text: `SUBACK return code 0x${hex(code)} is reserved` });
    }
  }
  return { type: 'suback', packetId: uint16(body, 0), returnCodes };
}

/** Reads a PUBLISH: its form is the same in both directions. */
export function observePublish(first: number, body: Uint8Array, findings: Finding[]): ObservedPublish | Foreign {
  const dup = (first & 8) !== 0;
  const qos = (first >> 1) & 3;
  const retain = (first & 1) !== 0;
  if (qos === 3) findings.push({ statements: ['MQTT-3.3.1-4'], text: 'PUBLISH has QoS 3' });
  if (qos === 0 && dup) {
    findings.push({ statements: ['MQTT-3.3.1-2', 'MQTT-4.3.1-1'], text: 'PUBLISH with QoS 0 has DUP 1' });
  }
  const topicLength = body.length < 2 ? 0 : uint16(body, 0);
  const payloadAt = 2 + topicLength + (qos === 0 ? 0 : 2);
  if (body.length < 2 || payloadAt > body.length) {
    findings.push({
      statements: ['MQTT-3.3.2-1'],
      text: 'PUBLISH is too short for its Topic Name and Packet Identifier',
    });
    return { type: 'foreign', packetType: 3 };
  }
  const topicName = observeTopicName(body.subarray(2, 2 + topicLength), findings);
  const payload = body.subarray(payloadAt);
  if (qos === 0) return { type: 'publish', dup, qos, retain, topicName, payload };
  const packetId = uint16(body, 2 + topicLength);
  if (packetId === 0)
    findings.push({ statements: ['MQTT-2.3.1-1'], text: 'PUBLISH above QoS 0 has Packet Identifier 0' });
  return { type: 'publish', dup, qos, retain, topicName, packetId, payload };
}

function observeTopicName(bytes: Uint8Array, findings: Finding[]): string {
  if (isPlain(bytes)) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  let topicName: string;
  try {
    topicName = strictText.decode(bytes);
  } catch {
    findings.push({ statements: ['MQTT-1.5.3-1', 'MQTT-3.3.2-1'], text: 'Topic Name is not well-formed UTF-8' });
    return lenientText.decode(bytes);
  }
  if (topicName === '') findings.push({ statements: ['MQTT-4.7.3-1'], text: 'Topic Name is empty' });
  if (topicName.includes('\0')) {
    findings.push({ statements: ['MQTT-1.5.3-2', 'MQTT-4.7.3-2'], text: 'Topic Name holds U+0000' });
  }
  if (/[+#]/.test(topicName)) {
    findings.push({ statements: ['MQTT-3.3.2-2', 'MQTT-4.7.1-1'], text: 'Topic Name holds a wildcard' });
  }
  return topicName;
}

/** Some printable characters of ASCII and no wildcard: nothing can be wrong with them. */
function isPlain(bytes: Uint8Array): boolean {
  for (const byte of bytes) if (byte < 0x20 || byte > 0x7e || byte === 0x23 || byte === 0x2b) return false;
  return bytes.length > 0 && bytes.length <= longestPlain;
}
const longestPlain = 256;

const uint16 = (bytes: Uint8Array, at: number): number => (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0);
const bits = (value: number): string => value.toString(2).padStart(4, '0');
const hex = (value: number): string => value.toString(16).padStart(2, '0').toUpperCase();
