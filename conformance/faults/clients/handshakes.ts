// Clients at fault in what they send of QoS 1 and 2, in identifiers, resends and order: sections 2.3.1 and 4.3 to 4.6.
import type { Bend } from '../../wire/serve/peer.ts';
import { bytesOf, packets, swapped, withheld } from './bends.ts';
import type { ClientFault } from './fault.ts';

const ordinary = ['client-qos-handshakes'];

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

export const handshakeFaults: readonly ClientFault[] = [
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
];
