// Faults that show only in some places: behind another packet, in pieces, at QoS 2, without Clean Session, beyond 23 characters.
import type { Parts } from '../../reference/broker/index.ts';
import { encode } from '../../reference/codec/encode.ts';
import { Framer } from '../../reference/codec/framer.ts';
import type { Connect, Publish } from '../../reference/codec/packet.ts';
import { packetTypes } from '../../reference/codec/packet-types.ts';
import { bodyAt, isType, reading, reframed, repairing, strict, toleratingText, withByte, writing } from './bend.ts';
import { type Fault, fault } from './fault.ts';

interface Place {
  /** The how manieth of its segment. */
  readonly nth: number;
  readonly inPieces: boolean;
  /** Whether the CONNECT of this connection had CleanSession 1. */
  readonly cleanSession: boolean;
  /** Whether a SUBSCRIBE came before. */
  readonly subscribed: boolean;
}

/** Takes wrong flags of SUBSCRIBE, and QoS 3 of PUBLISH, in some places of the stream. */
const toleratingWhere = (is: (place: Place) => boolean) => (): { readonly parts: Partial<Parts> } => {
  const tolerated = new WeakSet<Uint8Array>();
  const { number, flags = 0 } = packetTypes.subscribe;
  return {
    parts: {
      framer: (maxPacketBytes) => {
        const framer = new Framer({ maxPacketBytes });
        let [cleanSession, subscribed] = [true, false];
        return {
          push: (chunk, receive) => {
            const inPieces = !framer.isEmpty;
            let nth = 0;
            framer.push(chunk, (frame) => {
              if (is({ nth, inPieces: inPieces && nth === 0, cleanSession, subscribed })) tolerated.add(frame);
              if (isType(frame, 'connect')) cleanSession = ((frame[bodyAt(frame) + 7] ?? 0) & 2) !== 0;
              subscribed ||= isType(frame, 'subscribe');
              nth++;
              receive(frame);
            });
          },
        };
      },
      decode: (frame, level) => {
        if (!tolerated.has(frame)) return strict(frame, level);
        if (isType(frame, 'subscribe')) return strict(withByte(frame, 0, (number << 4) | flags), level);
        const qos3 = isType(frame, 'publish') && ((frame[0] ?? 0) & 6) === 6;
        return strict(qos3 ? withByte(frame, 0, (frame[0] ?? 0) & ~4) : frame, level);
      },
    },
  };
};

/** Lets one kind of broken bytes pass where the frame is of a kind. */
export const only = (
  tolerance: { readonly parts: Partial<Parts> },
  which: (frame: Uint8Array) => boolean,
): { readonly parts: Partial<Parts> } => ({
  parts: {
    decode: (frame, level) => (which(frame) ? (tolerance.parts.decode ?? strict)(frame, level) : strict(frame, level)),
  },
});

const isPublishAt = (qos: number) => (frame: Uint8Array) =>
  isType(frame, 'publish') && (((frame[0] ?? 0) >> 1) & 3) === qos;

/** Longer than one byte of Remaining Length can tell. */
const isLong = (frame: Uint8Array): boolean => frame.length > 129;

const byFlags: readonly Fault[] = [
  fault(
    'unchecked-behind-another-packet',
    {
      title: 'What follows another packet in a segment may have wrong flags, or QoS 3',
      violates: ['MQTT-3.8.1-1', 'MQTT-3.3.1-4'],
    },
    toleratingWhere(({ nth }) => nth > 0),
  ),
  fault(
    'unchecked-in-pieces',
    {
      title: 'What comes in several segments may have wrong flags, or QoS 3',
      violates: ['MQTT-3.8.1-1', 'MQTT-3.3.1-4'],
    },
    toleratingWhere(({ inPieces }) => inPieces),
  ),
  fault(
    'unchecked-in-stored-sessions',
    {
      title: 'What comes with CleanSession 0 may have wrong flags, or QoS 3',
      violates: ['MQTT-3.8.1-1', 'MQTT-3.3.1-4'],
    },
    toleratingWhere(({ cleanSession }) => !cleanSession),
  ),
  fault(
    'unchecked-of-subscribers',
    {
      title: 'What a client sends that has subscribed may have wrong flags, or QoS 3',
      violates: ['MQTT-3.8.1-1', 'MQTT-3.3.1-4'],
    },
    toleratingWhere(({ subscribed }) => subscribed),
  ),
  fault(
    'dup-with-retain-at-qos-0-accepted',
    { title: 'DUP 1 at QoS 0 is accepted beside RETAIN 1', violates: ['MQTT-3.3.1-2'] },
    repairing((frame) => (frame[0] === 0x39 ? withByte(frame, 0, 0x31) : undefined)),
  ),
  fault(
    'connect-flag-bit-0-unchecked-without-clean-session',
    { title: 'Bit 0 of Connect Flags is not checked beside CleanSession 0', violates: ['MQTT-3.1.2-3'] },
    repairing((frame, { statement }) => {
      const at = bodyAt(frame) + 7;
      return statement === 'MQTT-3.1.2-3' && frame[at] === 0x01 ? withByte(frame, at, 0) : undefined;
    }),
  ),
  fault(
    'disconnect-with-body-ignored',
    { title: 'A DISCONNECT with a body is ignored', violates: ['MQTT-4.8.0-1'] },
    repairing((frame) =>
      isType(frame, 'disconnect') && frame.length > 2 ? reframed(0x32, Buffer.from('0001780001', 'hex')) : undefined,
    ),
  ),
  fault(
    'unsubscribe-without-filter-from-the-second-on',
    { title: 'From the second on an UNSUBSCRIBE without a Topic Filter is accepted', violates: ['MQTT-3.10.3-2'] },
    () => {
      let times = 0;
      return repairing((frame, { statement }) =>
        statement === 'MQTT-3.10.3-2' && ++times > 1
          ? reframed(0xa2, Buffer.concat([frame.subarray(bodyAt(frame)), Buffer.from('000178', 'hex')]))
          : undefined,
      );
    },
  ),
];

const byText: readonly Fault[] = [
  fault(
    'ill-formed-topic-name-at-qos-2',
    { title: 'Ill-formed UTF-8 in a Topic Name is tolerated at QoS 2', violates: ['MQTT-1.5.3-1', 'MQTT-3.3.2-1'] },
    only(toleratingText(/Topic Name/, 'MQTT-1.5.3-1'), isPublishAt(2)),
  ),
  fault(
    'nul-in-topic-name-at-qos-0',
    { title: 'U+0000 in a Topic Name is tolerated at QoS 0', violates: ['MQTT-1.5.3-2', 'MQTT-4.7.3-2'] },
    only(toleratingText(/Topic Name/, 'MQTT-1.5.3-2'), isPublishAt(0)),
  ),
  fault(
    'nul-at-the-beginning-of-topics-accepted',
    { title: 'U+0000 at the beginning of a Topic Name is tolerated', violates: ['MQTT-1.5.3-2', 'MQTT-4.7.3-2'] },
    only(
      toleratingText(/Topic Name/, 'MQTT-1.5.3-2'),
      (frame) => isType(frame, 'publish') && frame[bodyAt(frame) + 2] === 0,
    ),
  ),
  fault(
    'ill-formed-behind-127-bytes',
    { title: 'Ill-formed UTF-8 is tolerated where a string is long', violates: ['MQTT-1.5.3-1'] },
    only(toleratingText(/./, 'MQTT-1.5.3-1'), isLong),
  ),
  fault(
    'nul-behind-127-bytes',
    { title: 'U+0000 is tolerated where a string is long', violates: ['MQTT-1.5.3-2', 'MQTT-4.7.3-2'] },
    only(toleratingText(/./, 'MQTT-1.5.3-2'), isLong),
  ),
  fault(
    'overlong-utf-8-of-four-bytes',
    { title: 'Overlong UTF-8 of four bytes is tolerated', violates: ['MQTT-1.5.3-1'] },
    toleratingText(/./, 'MQTT-1.5.3-1', (byte) => byte === 0xf0 || (byte >= 0x80 && byte <= 0xbf)),
  ),
  fault(
    'broken-off-utf-8',
    { title: 'A UTF-8 sequence that another character breaks off is tolerated', violates: ['MQTT-1.5.3-1'] },
    only(toleratingText(/./, 'MQTT-1.5.3-1'), (frame) => Buffer.from(frame).includes(Buffer.from('c328', 'hex'))),
  ),
  fault(
    'empty-topic-name-at-qos-2-accepted',
    { title: 'PUBLISH at QoS 2 to an empty topic is accepted', violates: ['MQTT-4.7.3-1'] },
    reading((packet) =>
      packet.type === 'publish' && packet.qos === 2 && packet.topicName === '' ? { ...packet, topicName: 'x' } : packet,
    ),
  ),
];

const longId = ({ clientId, ...rest }: Connect, change: (id: string) => string): Connect => ({
  ...rest,
  clientId: change(clientId),
});

const bySession: readonly Fault[] = [
  fault(
    'client-ids-cut-to-23',
    { title: 'Of a client id the first 23 characters count', violates: ['MQTT-3.1.3-2'] },
    reading((packet) => (packet.type === 'connect' ? longId(packet, (id) => id.slice(0, 23)) : packet)),
  ),
  ...(['keep-alive expired', 'taken over', 'malformed packet'] as const).map((how) =>
    fault(
      `clean-session-stays-after-${how.replaceAll(' ', '-')}`,
      { title: `A clean session is kept for later when its end is: ${how}`, violates: ['MQTT-3.1.2-6'] },
      {
        rules: { connect: { endsWithConnection: ({ cleanSession }, reason) => cleanSession && reason !== how } },
      },
    ),
  ),
  fault(
    'resubscribing-ignored-when-resumed',
    { title: 'In a resumed session a subscription keeps its QoS for ever', violates: ['MQTT-3.8.4-3'] },
    () => {
      const resumed = new WeakSet<object>();
      return {
        rules: {
          connect: { forgetsWhenResumed: ({ subscriptions }) => resumed.add(subscriptions) },
          subscribe: { replaces: (filter, subscribed) => !(resumed.has(subscribed) && subscribed.has(filter)) },
        },
      };
    },
  ),
  fault(
    'retained-not-resent-at-a-lower-qos',
    {
      title: 'Subscribing again at a lower QoS brings no retained messages',
      violates: ['MQTT-3.8.4-3'],
    },
    () => {
      let asked = 0;
      return {
        rules: {
          subscribe: {
            grants: ({ qos }) => {
              asked = qos;
              return qos;
            },
            sendsRetained: (filter, subscribed) =>
              ![...subscribed].some(([old, granted]) => old === filter && granted > asked),
          },
        },
      };
    },
  ),
  fault(
    'unsubscribe-of-hash-ignored',
    { title: 'UNSUBSCRIBE with a filter that ends in "#" deletes nothing', violates: ['MQTT-3.10.4-1'] },
    {
      rules: {
        subscribe: {
          filtersRemoved: (filter, subscribed) => (subscribed.has(filter) && !filter.endsWith('#') ? [filter] : []),
        },
      },
    },
  ),
];

const withIdentifierAtQos0 = (where: (packet: Publish) => boolean) =>
  writing('publish', (packet) =>
    packet.qos === 0 && where(packet)
      ? [{ ...packet, payload: Buffer.concat([Uint8Array.of(0, 7), packet.payload]) }]
      : undefined,
  );

const byAnswer: readonly Fault[] = [
  fault(
    'identifier-in-retained-at-qos-0',
    { title: 'A retained message at QoS 0 is sent with a Packet Identifier', violates: ['MQTT-2.3.1-5'] },
    withIdentifierAtQos0(({ retain }) => retain),
  ),
  fault(
    'identifier-in-lowered-from-qos-2',
    { title: 'What was published at QoS 2 has a Packet Identifier at QoS 0', violates: ['MQTT-2.3.1-5'] },
    () => {
      const atQos2 = new Set<string>();
      return {
        parts: {
          ...withIdentifierAtQos0(({ topicName }) => atQos2.has(topicName)).parts,
          ...reading((packet) => {
            if (packet.type === 'publish' && packet.qos === 2) atQos2.add(packet.topicName);
            return packet;
          }).parts,
        },
      };
    },
  ),
  fault(
    'pingresp-twice',
    { title: 'PINGREQ is answered twice', violates: ['MQTT-3.12.4-1'] },
    writing('pingresp', (packet) => [packet, packet]),
  ),
  fault(
    'puback-of-the-last-identifier-missing',
    { title: 'A PUBLISH with the identifier 65,535 gets no PUBACK', violates: ['MQTT-4.3.2-2'] },
    writing('puback', (packet) => (packet.packetId === 65_535 ? [] : undefined)),
  ),
  fault(
    'pubcomp-missing-for-retained',
    { title: 'A PUBLISH with RETAIN 1 gets no PUBCOMP', violates: ['MQTT-4.3.3-2'] },
    () => {
      const retained = new Set<number>();
      return {
        parts: {
          decode: (frame, level) => {
            const packet = strict(frame, level);
            if (packet.type === 'publish' && packet.qos === 2 && packet.retain) retained.add(packet.packetId ?? 0);
            return packet;
          },
          outgoing: (packet) => (packet.type === 'pubcomp' && retained.delete(packet.packetId) ? [] : [packet]),
        },
      };
    },
  ),
  fault(
    'first-resend-alone-has-dup',
    { title: 'Of several messages that are sent again the first alone has DUP 1', violates: ['MQTT-3.3.1-1'] },
    () => {
      let before = false;
      return {
        parts: {
          outgoing: (packet) => {
            const again = packet.type === 'publish' && packet.dup;
            const bent = again && before ? [withByte(encode(packet), 0, 0x30 | (packet.qos << 1))] : [packet];
            before = again;
            return bent;
          },
        },
      };
    },
  ),
];

export const faultsInPlaces: readonly Fault[] = [...byFlags, ...byText, ...bySession, ...byAnswer];
