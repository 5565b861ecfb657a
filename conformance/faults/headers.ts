// Faults against chapters 2 and 4.8: fixed headers, identifiers, protocol errors.
import { Framer } from '../../reference/codec/framer.ts';
import { bodyAt, ignoringFlags, ignoringSurplus, isType, reframed, repairing, withByte, writing } from './bend.ts';
import { type Fault, fault } from './fault.ts';

const answerFlags = ['puback', 'pubrec', 'pubcomp', 'suback', 'unsuback', 'pingresp', 'connack'] as const;

const headers: readonly Fault[] = [
  ...(['connect', 'puback', 'pubrec', 'pubcomp', 'pingreq'] as const).map((type) =>
    fault(
      `${type}-flags-unchecked`,
      { title: `Reserved flags of ${type.toUpperCase()} are not checked`, violates: ['MQTT-2.2.2-2'] },
      ignoringFlags(type),
    ),
  ),
  fault(
    'pubrel-flags-unchecked',
    { title: 'Reserved flags of PUBREL are not checked', violates: ['MQTT-3.6.1-1'] },
    ignoringFlags('pubrel'),
  ),
  fault(
    'subscribe-flags-unchecked',
    { title: 'Reserved flags of SUBSCRIBE are not checked', violates: ['MQTT-3.8.1-1'] },
    ignoringFlags('subscribe'),
  ),
  fault(
    'unsubscribe-flags-unchecked',
    { title: 'Reserved flags of UNSUBSCRIBE are not checked', violates: ['MQTT-3.10.1-1'] },
    ignoringFlags('unsubscribe'),
  ),
  fault(
    'disconnect-flags-unchecked',
    {
      title: 'Reserved flags of DISCONNECT are not checked: it drops the will',
      violates: ['MQTT-3.14.1-1'],
      // A remark, as the sentence is read by default.
      breaks: 'SHOULD',
    },
    ignoringFlags('disconnect'),
  ),
  ...answerFlags.map((type) =>
    fault(
      `${type}-sent-with-flags`,
      { title: `${type.toUpperCase()} is sent with a reserved flag set`, violates: ['MQTT-2.2.2-1'] },
      writing(type, (_packet, bytes) => [withByte(bytes, 0, (bytes[0] ?? 0) | 1)]),
    ),
  ),
  fault(
    'pubrel-sent-without-flags',
    { title: 'PUBREL is sent with the flags 0000', violates: ['MQTT-2.2.2-1', 'MQTT-3.6.1-1'] },
    writing('pubrel', (_packet, bytes) => [withByte(bytes, 0, 0x60)]),
  ),
  fault(
    'remaining-length-in-two-bytes',
    {
      title: 'Remaining Length is written in at most two bytes',
      violates: ['MQTT-7.1.1-1', 'MQTT-3.3.2-1', 'MQTT-2.3.1-5'],
    },
    writing('publish', (_packet, bytes) => (bytes.length < 16_388 ? undefined : [twoByteLength(bytes)])),
  ),
  fault(
    'four-byte-remaining-length-refused',
    {
      title: 'A legal Remaining Length of four bytes is refused',
      violates: ['MQTT-7.1.1-1', 'MQTT-3.3.4-1', 'MQTT-4.3.2-2'],
    },
    { maxPacketBytes: 2_097_155 },
  ),
  fault(
    'three-byte-remaining-length-refused',
    {
      title: 'A legal Remaining Length of three bytes is refused',
      violates: ['MQTT-7.1.1-1', 'MQTT-3.3.4-1', 'MQTT-4.3.2-2'],
    },
    { maxPacketBytes: 16_386 },
  ),
  fault(
    'fifth-length-byte-ignored',
    { title: 'A Remaining Length of five bytes is taken', violates: ['MQTT-4.8.0-1'] },
    { parts: { framer: (maxPacketBytes) => new TolerantFramer(maxPacketBytes) }, connectTimeoutMs: 60_000 },
  ),
];

function twoByteLength(bytes: Uint8Array): Uint8Array {
  const body = bytes.subarray(bodyAt(bytes));
  const low = body.length & 16_383;
  return new Uint8Array(Buffer.concat([Uint8Array.of(bytes[0] ?? 0, (low & 127) | 128, low >> 7), body]));
}

/** Takes the beginning of a packet with five length bytes for nothing: a CONNECT is not even ended for being late. */
class TolerantFramer {
  readonly #inner: Framer;

  constructor(maxPacketBytes: number) {
    this.#inner = new Framer({ maxPacketBytes });
  }

  push(chunk: Uint8Array, receive: (frame: Uint8Array) => void): void {
    const tooLong = [1, 2, 3, 4].every((at) => ((chunk[at] ?? 0) & 128) !== 0);
    if (!tooLong) this.#inner.push(chunk, receive);
  }
}

const withoutIdentifierCheck = (type: 'publish' | 'subscribe' | 'unsubscribe', flags = 0) =>
  repairing((frame, { statement, offset }) => {
    if (!isType(frame, type) || statement !== 'MQTT-2.3.1-1') return undefined;
    if (((frame[0] ?? 0) & flags) !== flags) return undefined;
    return withByte(frame, offset + 1, 1);
  });

const identifiers: readonly Fault[] = [
  fault(
    'publish-identifier-0-accepted',
    { title: 'PUBLISH with Packet Identifier 0 is accepted', violates: ['MQTT-2.3.1-1'] },
    withoutIdentifierCheck('publish'),
  ),
  fault(
    'publish-identifier-0-accepted-with-dup',
    { title: 'PUBLISH with DUP 1 and Packet Identifier 0 is accepted', violates: ['MQTT-2.3.1-1'] },
    withoutIdentifierCheck('publish', 8),
  ),
  fault(
    'publish-identifier-0-accepted-with-retain',
    { title: 'PUBLISH with RETAIN 1 and Packet Identifier 0 is accepted', violates: ['MQTT-2.3.1-1'] },
    withoutIdentifierCheck('publish', 1),
  ),
  fault(
    'subscribe-identifier-0-accepted',
    { title: 'SUBSCRIBE with Packet Identifier 0 is accepted', violates: ['MQTT-2.3.1-1'] },
    withoutIdentifierCheck('subscribe'),
  ),
  fault(
    'unsubscribe-identifier-0-accepted',
    { title: 'UNSUBSCRIBE with Packet Identifier 0 is accepted', violates: ['MQTT-2.3.1-1'] },
    withoutIdentifierCheck('unsubscribe'),
  ),
  fault(
    'publish-sent-with-identifier-0',
    { title: 'PUBLISH is sent with Packet Identifier 0', violates: ['MQTT-2.3.1-1'] },
    writing('publish', (packet, bytes) => (packet.qos === 0 ? undefined : [withIdentifier0(bytes)])),
  ),
  fault(
    'identifier-reused-in-flight',
    {
      title: 'A Packet Identifier is reused while it is in flight',
      violates: ['MQTT-2.3.1-4', 'MQTT-4.3.2-1', 'MQTT-4.3.3-1'],
    },
    { rules: { session: { nextPacketId: () => 1 } } },
  ),
  fault(
    'identifier-reused-after-five',
    {
      title: 'Packet Identifiers run from 1 to 5 and around, in flight or not',
      violates: ['MQTT-2.3.1-4', 'MQTT-4.3.2-1', 'MQTT-4.3.3-1'],
    },
    { rules: { session: { nextPacketId: (last) => (last % 5) + 1 } } },
  ),
  fault(
    'resend-with-another-identifier',
    { title: 'A resend gets another Packet Identifier', violates: ['MQTT-2.3.1-4', 'MQTT-4.4.0-1'] },
    { rules: { session: { idOfResend: (packetId) => packetId + 1_000 } } },
  ),
  fault(
    'qos-0-with-identifier',
    { title: 'PUBLISH at QoS 0 is sent with a Packet Identifier', violates: ['MQTT-2.3.1-5'] },
    writing('publish', (packet, bytes) => (packet.qos === 0 ? [withIdentifier(packet.topicName, bytes)] : undefined)),
  ),
  fault(
    'puback-with-another-identifier',
    { title: 'PUBACK has its Packet Identifier with the bytes swapped', violates: ['MQTT-2.3.1-6'] },
    writing('puback', ({ type, packetId }) => [{ type, packetId: swapped(packetId) }]),
  ),
  fault(
    'pubrec-with-another-identifier',
    { title: 'PUBREC has its Packet Identifier with the bytes swapped', violates: ['MQTT-2.3.1-6'] },
    writing('pubrec', ({ type, packetId }) => [{ type, packetId: swapped(packetId) }]),
  ),
  fault(
    'pubrel-with-another-identifier',
    { title: 'PUBREL has another Packet Identifier than the PUBLISH', violates: ['MQTT-2.3.1-6'] },
    writing('pubrel', ({ type, packetId }) => [{ type, packetId: packetId + 1 }]),
  ),
  fault(
    'pubcomp-with-another-identifier',
    { title: 'PUBCOMP has another Packet Identifier than the PUBREL', violates: ['MQTT-4.3.3-2'] },
    writing('pubcomp', ({ type, packetId }) => [{ type, packetId: swapped(packetId) }]),
  ),
  fault(
    'suback-with-another-identifier',
    { title: 'SUBACK has its Packet Identifier with the bytes swapped', violates: ['MQTT-2.3.1-7', 'MQTT-3.8.4-2'] },
    writing('suback', (packet) => [{ ...packet, packetId: swapped(packet.packetId) }]),
  ),
  fault(
    'unsuback-with-another-identifier',
    { title: 'UNSUBACK has its Packet Identifier with the bytes swapped', violates: ['MQTT-2.3.1-7', 'MQTT-3.10.4-4'] },
    writing('unsuback', ({ type, packetId }) => [{ type, packetId: swapped(packetId) }]),
  ),
  fault(
    'acks-cut-to-one-byte-identifiers',
    { title: 'PUBACK keeps only the lower byte of a Packet Identifier', violates: ['MQTT-2.3.1-6'] },
    writing('puback', ({ type, packetId }) => [{ type, packetId: packetId & 255 || 1 }]),
  ),
];

const swapped = (packetId: number): number => ((packetId & 255) << 8) | (packetId >> 8);

function withIdentifier0(bytes: Uint8Array): Uint8Array {
  const at = bodyAt(bytes);
  const idAt = at + 2 + (((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0));
  return withByte(withByte(bytes, idAt, 0), idAt + 1, 0);
}

function withIdentifier(topicName: string, bytes: Uint8Array): Uint8Array {
  const body = bytes.subarray(bodyAt(bytes));
  const behindTopic = 2 + Buffer.byteLength(topicName);
  return reframed(
    bytes[0] ?? 0,
    Buffer.concat([body.subarray(0, behindTopic), Uint8Array.of(0, 1), body.subarray(behindTopic)]),
  );
}

const errors: readonly Fault[] = [
  fault(
    'server-packets-ignored',
    { title: 'Packets that only a server may send are ignored', violates: ['MQTT-4.8.0-1'] },
    {
      rules: {
        connect: { reactionToMalformed: ({ expected }) => (expected.includes('may send') ? 'ignore' : 'close') },
      },
    },
  ),
  fault(
    'reserved-types-ignored',
    { title: 'Packets of the reserved types 0 and 15 are ignored', violates: ['MQTT-4.8.0-1'] },
    {
      rules: {
        connect: { reactionToMalformed: ({ expected }) => (expected.includes('packet type') ? 'ignore' : 'close') },
      },
    },
  ),
  fault(
    'pingreq-with-body-answered',
    { title: 'PINGREQ with a Remaining Length above 0 is answered', violates: ['MQTT-4.8.0-1'] },
    ignoringSurplus('pingreq', ['MQTT-4.8.0-1']),
  ),
  fault(
    'malformed-packets-ignored',
    { title: 'Malformed packets are ignored, the connection stays open', violates: ['MQTT-4.8.0-1'] },
    { rules: { connect: { reactionToMalformed: () => 'ignore' } } },
  ),
  fault(
    'acknowledgement-too-long',
    { title: 'Acknowledgements with surplus bytes are taken', violates: ['MQTT-4.8.0-1'] },
    ignoringSurplus('puback', ['MQTT-2.3.1-6']),
  ),
  fault(
    'pingresp-with-body',
    { title: 'PINGRESP is sent with a Remaining Length of 1', violates: ['MQTT-3.12.4-1'] },
    writing('pingresp', () => [Uint8Array.of(0xd0, 1, 0)]),
  ),
  fault(
    'puback-of-mqtt-5',
    { title: 'PUBACK is sent with the reason code of MQTT 5', violates: ['MQTT-2.3.1-6', 'MQTT-7.0.0-2'] },
    writing('puback', ({ packetId }) => [Uint8Array.of(0x40, 3, packetId >> 8, packetId & 255, 0)]),
  ),
  fault(
    'unsuback-of-mqtt-5',
    { title: 'UNSUBACK is sent with the reason codes of MQTT 5', violates: ['MQTT-3.10.4-4'] },
    writing('unsuback', ({ packetId }) => [Uint8Array.of(0xb0, 3, packetId >> 8, packetId & 255, 0)]),
  ),
  fault(
    'reserved-type-sent',
    {
      title: 'A packet of the reserved type 15 is sent behind each PINGRESP',
      violates: ['MQTT-4.8.0-1', 'MQTT-7.1.1-1'],
    },
    writing('pingresp', (packet) => [packet, Uint8Array.of(0xf0, 0)]),
  ),
  fault(
    'payload-cut',
    { title: 'Payloads are cut after 65,535 bytes', violates: ['MQTT-7.1.1-1', 'MQTT-2.3.1-5', 'MQTT-4.5.0-1'] },
    { rules: { publish: { payloadOf: (payload) => payload.subarray(0, 65_535) } } },
  ),
  fault(
    'payload-above-two-bytes-lost',
    { title: 'Payloads of 65,536 bytes and more are lost', violates: ['MQTT-4.5.0-1', 'MQTT-2.3.1-5'] },
    { rules: { publish: { delivers: ({ payload }) => payload.length < 65_536 } } },
  ),
  fault(
    'payload-as-text',
    {
      title: 'Payloads are passed on as text: what is no UTF-8 is replaced',
      violates: ['MQTT-2.3.1-5', 'MQTT-7.1.1-1', 'MQTT-1.5.3-1', 'MQTT-4.5.0-1'],
    },
    { rules: { publish: { payloadOf: (payload) => new TextEncoder().encode(new TextDecoder().decode(payload)) } } },
  ),
];

export const headerFaults: readonly Fault[] = [...headers, ...identifiers, ...errors];
