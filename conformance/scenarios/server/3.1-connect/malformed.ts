// CONNECT packets that break section 3.1: the server closes without CONNACK (MQTT-3.1.4-1).
import type { StatementId } from '../../../spec/catalogue.ts';
import { connack } from '../../../wire/packets.ts';
import { closedOrRefused, cutShort } from '../../../wire/play/reaction.ts';
import * as raw from '../../../wire/raw.ts';
import { scenario } from '../../scenario.ts';

interface Row {
  readonly id: string;
  readonly title: string;
  readonly cites: readonly StatementId[];
  /** The CONNECT for a fresh client id. */
  readonly bytes: (clientId: string) => Uint8Array;
}

const { connect, field, uint16 } = raw;
const will = (id: string) => [field(id), field('will message')] as const;

const rows: readonly Row[] = [
  {
    id: 'reserved-flag',
    title: 'bit 0 of Connect Flags set',
    cites: ['MQTT-3.1.2-3'],
    bytes: (id) => connect({ flags: 0x03, payload: [field(id)] }),
  },
  {
    id: 'reserved-flag-without-clean-session',
    title: 'bit 0 of Connect Flags set beside CleanSession 0',
    cites: ['MQTT-3.1.2-3'],
    bytes: (id) => connect({ flags: 0x01, payload: [field(id)] }),
  },
  {
    id: 'reserved-flag-beside-all-others',
    title: 'bit 0 of Connect Flags set beside will, user name and password',
    cites: ['MQTT-3.1.2-3'],
    bytes: (id) => connect({ flags: 0xef, payload: [field(id), ...will(id), field('user'), field('password')] }),
  },
  {
    id: 'will-fields-missing',
    title: 'Will Flag 1 and no will fields',
    cites: ['MQTT-3.1.2-9'],
    bytes: (id) => connect({ flags: 0x06, payload: [field(id)] }),
  },
  {
    id: 'will-message-missing',
    title: 'Will Flag 1 and no will message',
    cites: ['MQTT-3.1.2-9'],
    bytes: (id) => connect({ flags: 0x06, payload: [field(id), field(id)] }),
  },
  {
    id: 'will-fields-without-flag',
    title: 'Will Flag 0 and will fields',
    cites: ['MQTT-3.1.2-11'],
    bytes: (id) => connect({ flags: 0x02, payload: [field(id), ...will(id)] }),
  },
  {
    id: 'will-qos-1-without-flag',
    title: 'Will Flag 0 and Will QoS 1',
    cites: ['MQTT-3.1.2-11', 'MQTT-3.1.2-13'],
    bytes: (id) => connect({ flags: 0x0a, payload: [field(id)] }),
  },
  {
    id: 'will-qos-2-without-flag',
    title: 'Will Flag 0 and Will QoS 2',
    cites: ['MQTT-3.1.2-11', 'MQTT-3.1.2-13'],
    bytes: (id) => connect({ flags: 0x12, payload: [field(id)] }),
  },
  {
    id: 'will-qos-3-without-flag',
    title: 'Will Flag 0 and Will QoS 3',
    cites: ['MQTT-3.1.2-11', 'MQTT-3.1.2-13'],
    bytes: (id) => connect({ flags: 0x1a, payload: [field(id)] }),
  },
  {
    id: 'will-retain-without-flag',
    title: 'Will Flag 0 and Will Retain 1',
    cites: ['MQTT-3.1.2-11', 'MQTT-3.1.2-15'],
    bytes: (id) => connect({ flags: 0x22, payload: [field(id)] }),
  },
  {
    id: 'will-retain-without-flag-beside-credentials',
    title: 'Will Flag 0 and Will Retain 1 beside user name and password',
    cites: ['MQTT-3.1.2-11', 'MQTT-3.1.2-15'],
    bytes: (id) => connect({ flags: 0xe2, payload: [field(id), field('user'), field('password')] }),
  },
  {
    id: 'will-qos-1-without-flag-beside-credentials',
    title: 'Will Flag 0 and Will QoS 1 beside user name and password',
    cites: ['MQTT-3.1.2-11', 'MQTT-3.1.2-13'],
    bytes: (id) => connect({ flags: 0xca, payload: [field(id), field('user'), field('password')] }),
  },
  {
    id: 'will-message-beyond-packet',
    title: 'a will message that is longer than the packet',
    cites: ['MQTT-3.1.4-1'],
    bytes: (id) => connect({ flags: 0x06, payload: [field(id), field(id), uint16(200), 'gone'] }),
  },
  {
    id: 'password-beyond-packet',
    title: 'a password that is longer than the packet',
    cites: ['MQTT-3.1.4-1'],
    bytes: (id) => connect({ flags: 0xc2, payload: [field(id), field('user'), uint16(200), 'password'] }),
  },
  {
    id: 'will-qos-3',
    title: 'Will QoS 3',
    cites: ['MQTT-3.1.2-14'],
    bytes: (id) => connect({ flags: 0x1e, payload: [field(id), ...will(id)] }),
  },
  {
    id: 'will-qos-3-retain',
    title: 'Will QoS 3 and Will Retain 1',
    cites: ['MQTT-3.1.2-14'],
    bytes: (id) => connect({ flags: 0x3e, payload: [field(id), ...will(id)] }),
  },
  {
    id: 'user-name-without-flag',
    title: 'User Name Flag 0 and a user name',
    cites: ['MQTT-3.1.2-18'],
    bytes: (id) => connect({ flags: 0x02, payload: [field(id), field('user')] }),
  },
  {
    id: 'empty-user-name-without-flag',
    title: 'User Name Flag 0 and a user name of zero bytes',
    cites: ['MQTT-3.1.2-18'],
    bytes: (id) => connect({ flags: 0x02, payload: [field(id), field('')] }),
  },
  {
    id: 'user-name-missing',
    title: 'User Name Flag 1 and no user name',
    cites: ['MQTT-3.1.2-19'],
    bytes: (id) => connect({ flags: 0x82, payload: [field(id)] }),
  },
  {
    id: 'user-name-missing-beside-a-will',
    title: 'User Name Flag 1, a will, and no user name',
    cites: ['MQTT-3.1.2-19'],
    bytes: (id) => connect({ flags: 0x86, payload: [field(id), ...will(id)] }),
  },
  {
    id: 'will-qos-3-beside-credentials',
    title: 'Will QoS 3 beside user name and password',
    cites: ['MQTT-3.1.2-14'],
    bytes: (id) => connect({ flags: 0xdc, payload: [field(id), ...will(id), field('user'), field('password')] }),
  },
  {
    id: 'will-qos-1-without-flag-nor-clean-session',
    title: 'Will Flag 0 and Will QoS 1 beside CleanSession 0',
    cites: ['MQTT-3.1.2-11', 'MQTT-3.1.2-13'],
    bytes: (id) => connect({ flags: 0x08, payload: [field(id)] }),
  },
  {
    id: 'password-without-flag',
    title: 'Password Flag 0 and a password',
    cites: ['MQTT-3.1.2-20'],
    bytes: (id) => connect({ flags: 0x82, payload: [field(id), field('user'), field('password')] }),
  },
  {
    id: 'password-missing',
    title: 'Password Flag 1 and no password',
    cites: ['MQTT-3.1.2-21'],
    bytes: (id) => connect({ flags: 0xc2, payload: [field(id), field('user')] }),
  },
  {
    id: 'password-without-user-name',
    title: 'Password Flag 1 and User Name Flag 0',
    cites: ['MQTT-3.1.2-22'],
    bytes: (id) => connect({ flags: 0x42, payload: [field(id), field('password')] }),
  },
  {
    id: 'empty-password-without-user-name',
    title: 'Password Flag 1, User Name Flag 0, and a password of zero bytes',
    cites: ['MQTT-3.1.2-22'],
    bytes: (id) => connect({ flags: 0x42, payload: [field(id), field('')] }),
  },
  {
    id: 'password-without-user-name-beside-a-will',
    title: 'Password Flag 1 and User Name Flag 0 beside a will',
    cites: ['MQTT-3.1.2-22'],
    bytes: (id) => connect({ flags: 0x46, payload: [field(id), ...will(id), field('password')] }),
  },
  {
    id: 'password-missing-beside-a-will',
    title: 'Password Flag 1, a will, and no password',
    cites: ['MQTT-3.1.2-21'],
    bytes: (id) => connect({ flags: 0xc6, payload: [field(id), ...will(id), field('user')] }),
  },
  { id: 'client-id-missing', title: 'no client id', cites: ['MQTT-3.1.3-3'], bytes: () => connect({ payload: [] }) },
  {
    id: 'client-id-beyond-packet',
    title: 'a client id that is longer than the packet',
    cites: ['MQTT-3.1.3-3'],
    bytes: (id) => connect({ payload: [uint16(200), id] }),
  },
  {
    id: 'client-id-half-a-length',
    title: 'a client id of which half the length is there',
    cites: ['MQTT-3.1.3-3'],
    bytes: () => connect({ payload: [0] }),
  },
  {
    id: 'surplus-behind-all-fields',
    title: 'a surplus byte behind all fields',
    cites: ['MQTT-3.1.4-1'],
    bytes: (id) => connect({ flags: 0xc6, payload: [field(id), ...will(id), field('user'), field('password'), 0] }),
  },
  {
    id: 'surplus-byte',
    title: 'a surplus byte behind the client id',
    cites: ['MQTT-3.1.4-1'],
    bytes: (id) => connect({ payload: [field(id), 0] }),
  },
  {
    id: 'surplus-byte-without-clean-session',
    title: 'a surplus byte behind the client id beside CleanSession 0',
    cites: ['MQTT-3.1.4-1'],
    bytes: (id) => connect({ flags: 0, payload: [field(id), 0] }),
  },
  {
    id: 'cut-behind-name',
    title: 'nothing behind the protocol name',
    cites: ['MQTT-3.1.4-1'],
    bytes: () => raw.packet(0x10, field('MQTT')),
  },
  {
    id: 'cut-behind-flags',
    title: 'nothing behind Connect Flags',
    cites: ['MQTT-3.1.4-1'],
    bytes: () => raw.packet(0x10, field('MQTT'), 4, 2),
  },
  {
    id: 'cut-in-keep-alive',
    title: 'half a Keep Alive',
    cites: ['MQTT-3.1.4-1'],
    bytes: () => raw.packet(0x10, field('MQTT'), 4, 2, 1),
  },
  {
    id: 'name-beyond-packet',
    title: 'a protocol name that is longer than the packet',
    cites: ['MQTT-3.1.4-1'],
    bytes: () => raw.packet(0x10, uint16(400), 'MQTT', 4, 2, uint16(60)),
  },
  { id: 'empty', title: 'Remaining Length 0', cites: ['MQTT-3.1.4-1'], bytes: () => raw.packet(0x10) },
];

export const malformedConnects = rows.map(({ id, title, cites, bytes }) =>
  scenario(`connect-${id}`, {
    title: `A CONNECT with ${title} is closed upon without CONNACK`,
    cites: { v3: cites.includes('MQTT-3.1.4-1') ? cites : [...cites, 'MQTT-3.1.4-1'] },
    async play({ given, when, must }) {
      const client = await given.connection();
      await when(client).sendsBytes(bytes(given.clientId()), `CONNECT with ${title}`);
      const isCut = /missing|beyond|half|cut|empty/.test(id);
      await must(client).reactByOneOf([...(isCut ? cutShort(given) : []), ...closedOrRefused(given)]);
    },
  }),
);

/** What looks like it, but is legal. */
const legal: readonly {
  readonly id: string;
  readonly title: string;
  readonly cites: readonly StatementId[];
  readonly flags: number;
  readonly will: string | Uint8Array;
  readonly authentication?: boolean;
}[] = [
  {
    id: 'empty-will-message',
    title: 'a will message of zero bytes',
    cites: ['MQTT-3.1.2-9'],
    flags: 0x06,
    will: '',
  },
  {
    id: 'binary-will-message',
    title: 'a will message that is no UTF-8',
    cites: ['MQTT-1.5.3-1', 'MQTT-3.1.4-4'],
    flags: 0x06,
    will: raw.hex('00FF C080 EDA080'),
  },
];

export const legalConnects = legal.map(({ id, title, cites, flags, will: willMessage }) =>
  scenario(`connect-with-${id}`, {
    title: `A CONNECT with ${title} is accepted`,
    cites: { v3: cites },
    async play({ given, when, must }) {
      given.wills();
      const credentials = given.credentialFields();
      const client = await given.connection();
      const fields = [given.clientId(), given.topicName('will'), willMessage].map(field);
      const payload = [...fields, ...credentials.fields];
      await when(client).sendsBytes(connect({ flags: flags | credentials.flags, payload }), `CONNECT with ${title}`);
      await must(client).receive(connack({ returnCode: 0 }));
      await must(client).beServed();
      await when(client).disconnects();
    },
  }),
);
