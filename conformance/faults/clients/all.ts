// Faulty clients, one deliberate violation each.
import type { StatementId } from '../../spec/catalogue.ts';
import * as raw from '../../wire/raw.ts';
import type { Bend } from '../../wire/serve/peer.ts';
import { bytesOf, connect, firstByte, insteadOfConnect, packets, staysOpen, swapped, withheld } from './bends.ts';

export interface ClientFault {
  readonly name: string;
  readonly title: string;
  /** A detection has to blame one of them. */
  readonly violates: readonly [StatementId, ...StatementId[]];
  /** Ids of scenarios that are played; by default those that cite one of the statements. */
  readonly play?: readonly string[];
  readonly bend: () => Bend;
}

const ordinary = ['client-qos-handshakes'];
const asksForNothing = { clientId: 'asked' };

/** The second CONNECT and what follows belong to a resumed session. */
function resumed(
  change: (packet: Parameters<Parameters<typeof packets>[0]>[0]) => ReturnType<Parameters<typeof packets>[0]>,
): Bend {
  let connects = 0;
  return packets((packet) => {
    if (packet.type === 'connect') connects++;
    return connects > 1 ? change(packet) : undefined;
  });
}

/** Each answer goes missing the second time. */
function onlyOnce(type: 'pubrel'): Bend {
  let seen = 0;
  return packets((packet) => (packet.type === type && ++seen > 1 ? [] : undefined));
}

/** A message that comes again has another identifier for the client: it takes it for a new one. */
function deliversTwice(): Bend {
  let seen = false;
  const other = 4_711;
  return {
    packet: (bytes) => {
      const isRenamed =
        (bytes[0] === 0x50 || bytes[0] === 0x70) && bytes[2] === other >> 8 && bytes[3] === (other & 255);
      return [isRenamed ? Uint8Array.of(bytes[0] ?? 0, 2, 0, 9) : bytes];
    },
    toClient: (bytes) => {
      const at = 4 + 'bench/in'.length;
      if (((bytes[0] ?? 0) & 0xf6) !== 0x34 || bytes[at + 1] !== 9) return bytes;
      if (!seen) {
        seen = true;
        return bytes;
      }
      const again = Uint8Array.from(bytes);
      again[0] = 0x34;
      again[at] = other >> 8;
      again[at + 1] = other & 255;
      return again;
    },
  };
}

const will = ['bench/will', 'gone'];
const credentials = ['somebody', 'secret'];

export const clientFaults: readonly ClientFault[] = [
  {
    name: 'keep-alive-announced-too-short',
    title: 'CONNECT announces half of the Keep Alive that the client keeps',
    violates: ['MQTT-3.1.2-23'],
    bend: () => packets((packet) => (packet.type === 'connect' ? { ...packet, keepAlive: 1 } : undefined)),
  },
  {
    name: 'pingreq-withheld',
    title: 'PINGREQ is never sent',
    violates: ['MQTT-3.1.2-23'],
    bend: () => withheld('pingreq'),
  },
  {
    name: 'identifiers-all-the-same',
    title: 'All packets have the identifier 1',
    violates: ['MQTT-2.3.1-2'],
    bend: () =>
      packets((packet) =>
        'packetId' in packet && packet.packetId !== undefined ? { ...packet, packetId: 1 } : undefined,
      ),
  },
  {
    name: 'identifier-0',
    title: 'SUBSCRIBE has the identifier 0',
    violates: ['MQTT-2.3.1-1'],
    bend: () =>
      bytesOf('subscribe', (bytes) => {
        bytes.fill(0, 2, 4);
        return bytes;
      }),
  },
  {
    name: 'resent-with-other-identifier',
    title: 'A resend has another identifier',
    violates: ['MQTT-2.3.1-3'],
    bend: () =>
      resumed((packet) =>
        packet.type === 'publish' && packet.qos > 0
          ? ({ ...packet, packetId: (packet.packetId ?? 0) + 100 } as typeof packet)
          : undefined,
      ),
  },
  {
    name: 'resent-without-dup',
    title: 'A resend has DUP 0',
    violates: ['MQTT-3.3.1-1'],
    bend: () =>
      resumed((packet) =>
        packet.type === 'publish' && packet.qos > 0 ? ({ ...packet, dup: false } as typeof packet) : undefined,
      ),
  },
  {
    name: 'nothing-resent',
    title: 'Unacknowledged PUBLISHes are not sent again',
    violates: ['MQTT-4.4.0-1'],
    bend: () => resumed((packet) => (packet.type === 'publish' ? [] : undefined)),
  },
  {
    name: 'pubrel-not-resent',
    title: 'PUBREL is not sent again',
    violates: ['MQTT-4.4.0-1'],
    bend: () => resumed((packet) => (packet.type === 'pubrel' ? [] : undefined)),
  },
  {
    name: 'identifier-free-after-pubrec',
    title: 'A new message takes the identifier of a message whose PUBCOMP has not come',
    violates: ['MQTT-2.3.1-3', 'MQTT-2.3.1-2'],
    bend: () => {
      let released: number | undefined;
      return packets((packet) => {
        if (packet.type === 'pubrel') released = packet.packetId;
        if (packet.type !== 'publish' || packet.qos === 0 || released === undefined) return undefined;
        return { ...packet, packetId: released };
      });
    },
  },
  {
    name: 'resent-in-another-order',
    title: 'Resends come in another order',
    violates: ['MQTT-4.6.0-1'],
    bend: () => swapped('publish', (packet) => packet.type === 'publish' && packet.dup),
  },
  {
    name: 'pubacks-out-of-order',
    title: 'PUBACKs come in another order',
    violates: ['MQTT-4.6.0-2'],
    bend: () => swapped('puback'),
  },
  {
    name: 'pubrecs-out-of-order',
    title: 'PUBRECs come in another order',
    violates: ['MQTT-4.6.0-3'],
    bend: () => swapped('pubrec'),
  },
  {
    name: 'pubrels-out-of-order',
    title: 'PUBRELs come in another order',
    violates: ['MQTT-4.6.0-4'],
    bend: () => swapped('pubrel'),
  },
  {
    name: 'unwanted-unacknowledged',
    title: 'Messages that nobody asked for are not acknowledged',
    violates: ['MQTT-4.5.0-2'],
    bend: () => packets((packet) => (packet.type === 'puback' || packet.type === 'pubrec' ? [] : undefined)),
  },
  {
    name: 'delivered-twice',
    title: 'A QoS 2 message that comes again is delivered again',
    violates: ['MQTT-4.3.3-2'],
    bend: deliversTwice,
  },
  {
    name: 'pubcomp-withheld',
    title: 'PUBREL is not answered',
    violates: ['MQTT-4.3.3-2', 'MQTT-4.5.0-2'],
    bend: () => withheld('pubcomp'),
  },
  {
    name: 'second-pubrec-ignored',
    title: 'A PUBREC that comes twice is answered once',
    violates: ['MQTT-4.3.3-1'],
    bend: () => onlyOnce('pubrel'),
  },
  {
    name: 'first-publish-with-dup',
    title: 'A first PUBLISH at QoS 1 has DUP 1',
    violates: ['MQTT-4.3.2-1', 'MQTT-3.3.1-1'],
    bend: () =>
      packets((packet) => (packet.type === 'publish' && packet.qos === 1 ? { ...packet, dup: true } : undefined)),
  },
  {
    name: 'first-qos-2-with-dup',
    title: 'A first PUBLISH at QoS 2 has DUP 1',
    violates: ['MQTT-4.3.3-1', 'MQTT-3.3.1-1'],
    bend: () =>
      packets((packet) => (packet.type === 'publish' && packet.qos === 2 ? { ...packet, dup: true } : undefined)),
  },
  {
    name: 'publish-again-after-pubrec',
    title: 'After PUBREC the PUBLISH comes again',
    violates: ['MQTT-4.3.3-1'],
    play: ordinary,
    bend: () => {
      let last: Uint8Array | undefined;
      return packets((packet, bytes) => {
        if (packet.type === 'publish' && packet.qos === 2) last = Uint8Array.from(bytes);
        return packet.type === 'pubrel' && last !== undefined ? [packet, last] : undefined;
      });
    },
  },
  {
    name: 'pubrel-without-pubrec',
    title: 'PUBREL comes right behind the PUBLISH',
    violates: ['MQTT-4.3.3-1', 'MQTT-2.3.1-6'],
    play: ordinary,
    bend: () =>
      packets((packet) =>
        packet.type === 'publish' && packet.qos === 2
          ? [packet, { type: 'pubrel', packetId: packet.packetId }]
          : undefined,
      ),
  },
  {
    name: 'puback-of-a-foreign-identifier',
    title: 'PUBACK has another identifier than the PUBLISH',
    violates: ['MQTT-2.3.1-6', 'MQTT-4.3.2-2', 'MQTT-3.3.4-1'],
    bend: () =>
      packets((packet) => (packet.type === 'puback' ? { ...packet, packetId: packet.packetId + 1_000 } : undefined)),
  },
  {
    name: 'pubcomp-ahead-of-pubrel',
    title: 'PUBCOMP comes with PUBREC',
    violates: ['MQTT-4.3.3-2'],
    bend: () =>
      packets((packet) =>
        packet.type === 'pubrec' ? [packet, { type: 'pubcomp', packetId: packet.packetId }] : undefined,
      ),
  },
  {
    name: 'open-after-disconnect',
    title: 'The connection stays open after DISCONNECT',
    violates: ['MQTT-3.14.4-1'],
    bend: staysOpen,
  },
  {
    name: 'acknowledges-after-disconnect',
    title: 'PUBACK comes behind DISCONNECT',
    violates: ['MQTT-3.14.4-2'],
    bend: () =>
      packets((packet) => (packet.type === 'disconnect' ? [packet, { type: 'puback', packetId: 7 }] : undefined)),
  },
  {
    name: 'waits-for-pingresp',
    title: 'A PINGRESP is waited for for ever',
    violates: ['SHOULD-3.1.2.10-b'],
    bend: staysOpen,
  },
  { name: 'waits-for-connack', title: 'A CONNACK is waited for for ever', violates: ['SHOULD-3.2-a'], bend: staysOpen },
  {
    name: 'violations-suffered',
    title: 'Whatever the server sends, the connection stays open',
    violates: ['MQTT-4.8.0-1', 'MQTT-2.2.2-2', 'MQTT-1.5.3-1', 'MQTT-1.5.3-2', 'MQTT-3.3.1-4'],
    bend: staysOpen,
  },
  {
    name: 'connack-in-one-piece-alone',
    title: 'A CONNACK in several segments is not understood',
    violates: ['MQTT-7.1.2-1'],
    bend: () => ({ packet: (bytes) => [bytes], toClient: (bytes) => (bytes.length === 1 ? undefined : bytes) }),
  },
  {
    name: 'subprotocol-not-offered',
    title: 'The subprotocol "mqtt" is not offered',
    violates: ['MQTT-6.0.0-3'],
    bend: () => ({
      packet: (bytes) => [bytes],
      request: (text) => text.replace(/^(sec-websocket-protocol:).*$/im, '$1 other'),
    }),
  },
  {
    name: 'large-packets-dropped',
    title: 'Packets of more than 16,383 bytes are dropped',
    violates: ['MQTT-7.1.1-1'],
    bend: () => packets((_packet, bytes) => (bytes.length > 16_383 ? [] : undefined)),
  },
  {
    name: 'bom-stripped',
    title: 'U+FEFF is taken out of Topic Names',
    violates: ['MQTT-1.5.3-3', 'MQTT-3.3.2-1'],
    bend: () =>
      packets((packet) =>
        packet.type === 'publish' ? { ...packet, topicName: packet.topicName.replaceAll('\ufeff', '') } : undefined,
      ),
  },
  {
    name: 'pingreq-ahead-of-connect',
    title: 'PINGREQ comes ahead of CONNECT',
    violates: ['MQTT-3.1.0-1'],
    bend: () => packets((packet) => (packet.type === 'connect' ? [{ type: 'pingreq' }, packet] : undefined)),
  },
  {
    name: 'connects-twice',
    title: 'CONNECT comes twice on a connection',
    violates: ['MQTT-3.1.0-1'],
    bend: () => packets((packet) => (packet.type === 'connect' ? [packet, packet] : undefined)),
  },
  {
    name: 'client-id-cut',
    title: 'Client ids are cut after two characters',
    violates: ['MQTT-3.1.3-3'],
    bend: () =>
      packets((packet) =>
        packet.type === 'connect' ? { ...packet, clientId: packet.clientId.slice(0, 2) } : undefined,
      ),
  },
  {
    name: 'connect-fields-out-of-order',
    title: 'The will stands behind user name and password',
    violates: ['MQTT-3.1.3-1'],
    play: ['client-connect-as-asked'],
    bend: () =>
      insteadOfConnect(
        raw.packet(
          0x10,
          raw.field('MQTT'),
          4,
          0xec,
          raw.uint16(77),
          ...['as-asked', ...credentials, ...will].map((one) => raw.field(one)),
        ),
      ),
  },
  {
    name: 'empty-client-id-with-clean-session-0',
    title: 'An empty client id comes with Clean Session 0',
    violates: ['MQTT-3.1.3-7'],
    bend: () => ({
      ...packets((packet) => (packet.type === 'connect' ? connect(0x00, '') : undefined)),
      command: (command) => (command.clientId === '' ? { ...command, ...asksForNothing } : command),
    }),
  },
  ...(
    [
      ['will-qos-without-will', 'Will QoS is 1 without a will', 'MQTT-3.1.2-13', connect(0x0a, 'bench')],
      ['will-retain-without-will', 'Will Retain is 1 without a will', 'MQTT-3.1.2-15', connect(0x22, 'bench')],
      ['will-qos-3', 'Will QoS is 3', 'MQTT-3.1.2-14', connect(0x1e, 'bench', ...will)],
      [
        'password-without-user-name',
        'The Password Flag is 1 without the User Name Flag',
        'MQTT-3.1.2-22',
        connect(0x42, 'bench', 'secret'),
      ],
      ['will-flag-without-will', 'The Will Flag is 1, and there is no will', 'MQTT-3.1.2-9', connect(0x06, 'bench')],
      [
        'user-name-missing',
        'The User Name Flag is 1, and there is no user name',
        'MQTT-3.1.2-19',
        connect(0x82, 'bench'),
      ],
      [
        'password-missing',
        'The Password Flag is 1, and there is no password',
        'MQTT-3.1.2-21',
        connect(0xc2, 'bench', 'somebody'),
      ],
      [
        'user-name-unannounced',
        'A user name comes without its flag',
        'MQTT-3.1.2-18',
        connect(0x02, 'bench', 'somebody'),
      ],
      ['client-id-ill-formed', 'The client id is no UTF-8', 'MQTT-3.1.3-4', connect(0x02, raw.hex('61 80'))],
      [
        'connect-with-flags',
        'CONNECT has flags in its fixed header',
        'MQTT-2.2.2-1',
        Uint8Array.of(0x11, ...connect(0x02, 'bench').subarray(1)),
      ],
    ] as const
  ).map(
    ([name, title, id, bytes]): ClientFault => ({
      name,
      title,
      violates: [id],
      play: ordinary,
      bend: () => insteadOfConnect(bytes),
    }),
  ),
  {
    name: 'subscribe-with-flags-0',
    title: 'SUBSCRIBE has the flags 0000',
    violates: ['MQTT-3.8.1-1', 'MQTT-2.2.2-1'],
    play: ['client-identifiers-outstanding-differ'],
    bend: () => firstByte('subscribe', 0x80),
  },
  {
    name: 'unsubscribe-with-flags-0',
    title: 'UNSUBSCRIBE has the flags 0000',
    violates: ['MQTT-3.10.1-1', 'MQTT-2.2.2-1'],
    play: ['client-identifiers-outstanding-differ'],
    bend: () => firstByte('unsubscribe', 0xa0),
  },
  {
    name: 'pubrel-with-flags-0',
    title: 'PUBREL has the flags 0000',
    violates: ['MQTT-3.6.1-1', 'MQTT-2.2.2-1'],
    play: ordinary,
    bend: () => firstByte('pubrel', 0x60),
  },
  {
    name: 'pingresp-sent',
    title: 'The client sends PINGRESP, which only servers may',
    violates: ['MQTT-4.8.0-1'],
    play: ['client-pingreq-in-time'],
    bend: () => packets((packet) => (packet.type === 'pingreq' ? [packet, Uint8Array.of(0xd0, 0)] : undefined)),
  },
  {
    name: 'qos-0-with-dup',
    title: 'PUBLISH at QoS 0 has DUP 1',
    violates: ['MQTT-3.3.1-2', 'MQTT-4.3.1-1'],
    bend: () =>
      packets((packet, bytes) =>
        packet.type === 'publish' && packet.qos === 0 ? Uint8Array.of(0x38, ...bytes.subarray(1)) : undefined,
      ),
  },
  {
    name: 'qos-3',
    title: 'PUBLISH has QoS 3',
    violates: ['MQTT-3.3.1-4'],
    play: ordinary,
    bend: () =>
      packets((packet, bytes) =>
        packet.type === 'publish' && packet.qos === 2 ? Uint8Array.of(0x36, ...bytes.subarray(1)) : undefined,
      ),
  },
  ...(
    [
      ['topic-ill-formed', 'A Topic Name is no UTF-8', 'MQTT-1.5.3-1', raw.hex('61 80')],
      ['topic-with-nul', 'A Topic Name has U+0000', 'MQTT-1.5.3-2', 'a\0b'],
      ['topic-with-wildcard', 'A Topic Name has a wildcard', 'MQTT-3.3.2-2', 'a/#'],
      ['topic-empty', 'A Topic Name is empty', 'MQTT-4.7.3-1', ''],
    ] as const
  ).map(
    ([name, title, id, topic]): ClientFault => ({
      name,
      title,
      violates: [id],
      play: ordinary,
      bend: () =>
        packets((packet) =>
          packet.type === 'publish' && packet.qos === 0 ? raw.packet(0x30, raw.field(topic), 'x') : undefined,
        ),
    }),
  ),
  {
    name: 'publish-without-topic',
    title: 'A PUBLISH ends before its Topic Name does',
    violates: ['MQTT-3.3.2-1'],
    play: ordinary,
    bend: () =>
      packets((packet) => (packet.type === 'publish' && packet.qos === 0 ? raw.hex('30 03 00 09 61') : undefined)),
  },
  ...(
    [
      [
        'filter-with-misplaced-hash',
        'A filter has a misplaced "#"',
        'MQTT-4.7.1-2',
        raw.packet(0x82, raw.uint16(5), raw.field('a#'), 0),
      ],
      [
        'filter-with-misplaced-plus',
        'A filter has a misplaced "+"',
        'MQTT-4.7.1-3',
        raw.packet(0x82, raw.uint16(5), raw.field('a+'), 0),
      ],
      ['subscribe-without-filter', 'SUBSCRIBE has no filter', 'MQTT-3.8.3-3', raw.packet(0x82, raw.uint16(5))],
      [
        'filter-ill-formed',
        'A filter is no UTF-8',
        'MQTT-3.8.3-1',
        raw.packet(0x82, raw.uint16(5), raw.field(raw.hex('61 80')), 0),
      ],
    ] as const
  ).map(
    ([name, title, id, bytes]): ClientFault => ({
      name,
      title,
      violates: [id],
      play: ['client-identifiers-outstanding-differ'],
      bend: () => packets((packet) => (packet.type === 'subscribe' ? bytes : undefined)),
    }),
  ),
  {
    name: 'unsubscribe-without-filter',
    title: 'UNSUBSCRIBE has no filter',
    violates: ['MQTT-3.10.3-2'],
    play: ['client-identifiers-outstanding-differ'],
    bend: () => packets((packet) => (packet.type === 'unsubscribe' ? raw.packet(0xa2, raw.uint16(6)) : undefined)),
  },
];
