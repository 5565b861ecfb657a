// Packets of every type, for properties.
import fc from 'fast-check';
import type { Packet, SubackReturnCode } from '../../reference/codec/packet.ts';
import type { Qos } from '../../reference/message.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 40 }).map((value) => value.replaceAll('\0', ''));
const bytes = fc.uint8Array({ maxLength: 60 });
const packetId = fc.integer({ min: 1, max: 65_535 });
const qos = fc.constantFrom<Qos>(0, 1, 2);

const will = fc.record({ topicName: text, message: bytes, qos, retain: fc.boolean() });
const credentials = fc.oneof(
  fc.constant({}),
  fc.record({ userName: text }),
  fc.record({ userName: text, password: bytes }),
);

const connect = fc
  .tuple(
    fc.record({
      protocolLevel: fc.constantFrom<3 | 4>(3, 4),
      cleanSession: fc.boolean(),
      keepAlive: fc.nat(65_535),
      clientId: text,
    }),
    fc.option(will, { nil: undefined }),
    credentials,
  )
  .map(
    ([fields, testament, names]) =>
      ({ type: 'connect', ...fields, ...(testament === undefined ? {} : { will: testament }), ...names }) as Packet,
  );

const publish = fc.oneof(
  fc.record({
    type: fc.constant('publish' as const),
    qos: fc.constant(0 as const),
    dup: fc.constant(false as const),
    retain: fc.boolean(),
    topicName: text,
    payload: bytes,
  }),
  fc.record({
    type: fc.constant('publish' as const),
    qos: fc.constantFrom<1 | 2>(1, 2),
    dup: fc.boolean(),
    retain: fc.boolean(),
    topicName: text,
    packetId,
    payload: bytes,
  }),
);

const connack = fc.oneof(
  fc.record({
    type: fc.constant('connack' as const),
    returnCode: fc.constant(0 as const),
    sessionPresent: fc.boolean(),
  }),
  fc.record({
    type: fc.constant('connack' as const),
    returnCode: fc.constantFrom<1 | 2 | 3 | 4 | 5>(1, 2, 3, 4, 5),
    sessionPresent: fc.constant(false as const),
  }),
);

const acknowledgement = fc.record({
  type: fc.constantFrom(
    'puback' as const,
    'pubrec' as const,
    'pubrel' as const,
    'pubcomp' as const,
    'unsuback' as const,
  ),
  packetId,
});
const atLeastOne = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<[T, ...T[]]> =>
  fc.tuple(one, fc.array(one, { maxLength: 4 })).map(([first, rest]) => [first, ...rest]);
const subscribe = fc.record({
  type: fc.constant('subscribe' as const),
  packetId,
  subscriptions: atLeastOne(fc.record({ topicFilter: text, qos })),
});
const suback = fc.record({
  type: fc.constant('suback' as const),
  packetId,
  returnCodes: atLeastOne(fc.constantFrom<SubackReturnCode>(0, 1, 2, 0x80)),
});
const unsubscribe = fc.record({ type: fc.constant('unsubscribe' as const), packetId, topicFilters: atLeastOne(text) });
const empty = fc.record({ type: fc.constantFrom('pingreq' as const, 'pingresp' as const, 'disconnect' as const) });

/** Any of the 14 packets, of level 4 but for CONNECT. */
export const anyPacket: fc.Arbitrary<Packet> = fc.oneof(
  connect,
  connack,
  publish,
  acknowledgement,
  subscribe,
  suback,
  unsubscribe,
  empty,
) as fc.Arbitrary<Packet>;
