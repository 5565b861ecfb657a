// Clients at fault in CONNECT: section 3.1.
import * as raw from '../../wire/raw.ts';
import { connect, insteadOfConnect, packets } from './bends.ts';
import type { ClientFault } from './fault.ts';

const ordinary = ['client-qos-handshakes'];
const asksForNothing = { clientId: 'asked' };

const will = ['bench/will', 'gone'];
const credentials = ['somebody', 'secret'];

export const connectFaults: readonly ClientFault[] = [
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
];
