// Flags of the fixed header: section 2.2.2. Every kind of packet that a client sends meets every wrong nibble.
import type { StatementId } from '../../../spec/catalogue.ts';
import { type Expected, message, puback, pubcomp, publish, pubrec, pubrel } from '../../../wire/packets.ts';
import type { Client } from '../../../wire/play/client.ts';
import { closed, closedOrRefused } from '../../../wire/play/reaction.ts';
import type { Stage } from '../../../wire/play/stage.ts';
import * as raw from '../../../wire/raw.ts';
import { scenario } from '../../scenario.ts';

interface Row {
  readonly id: string;
  readonly cites: readonly StatementId[];
  readonly type: number;
  readonly right: number;
  readonly qos?: 1 | 2;
  /** Body of the packet, with an identifier out of a real flow. */
  readonly body: (packetId: number, topicName: string) => Uint8Array;
  /** Brings the flow to where the packet is due; gives the client and the identifier. */
  readonly scene: (stage: Stage, topicName: string) => Promise<{ client: Client; packetId: number }>;
}

const { field, uint16 } = raw;

const alone = async ({ given }: Stage): Promise<{ client: Client; packetId: number }> => ({
  client: await given.client(),
  packetId: 1,
});

/** A subscriber that owes an acknowledgement of a message at a QoS. */
const owing =
  (qos: 1 | 2, further: boolean) =>
  async ({ given, when }: Stage, topicName: string) => {
    const client = await given.subscriber(topicName, { qos, acknowledging: 'by hand' });
    const publisher = await given.client({ name: 'publisher' });
    await when(publisher).publishes({ topicName, payload: 'owed', qos });
    const owed = await client.awaits(message('owed', { qos }));
    given.that(owed?.packet.type === 'publish', 'the message was not delivered');
    const packetId = owed?.packet.type === 'publish' ? (owed.packet.packetId ?? 0) : 0;
    if (further) {
      await when(client).sends({ type: 'pubrec', packetId });
      given.that((await client.awaits({ type: 'pubrel', packetId })) !== undefined, 'PUBREC got no PUBREL');
    }
    return { client, packetId };
  };

const received = async ({ given, when }: Stage, topicName: string) => {
  const client = await given.client();
  await when(client).sends(publish({ topicName, qos: 2, packetId: 7 }));
  given.that((await client.awaits({ type: 'pubrec', packetId: 7 })) !== undefined, 'PUBLISH got no PUBREC');
  return { client, packetId: 7 };
};

const acknowledgement = (packetId: number): Uint8Array => uint16(packetId);
const rows: readonly Row[] = [
  { id: 'puback', cites: ['MQTT-2.2.2-2'], type: 4, right: 0, qos: 1, body: acknowledgement, scene: owing(1, false) },
  { id: 'pubrec', cites: ['MQTT-2.2.2-2'], type: 5, right: 0, qos: 2, body: acknowledgement, scene: owing(2, false) },
  {
    id: 'pubrel',
    cites: ['MQTT-3.6.1-1', 'MQTT-2.2.2-2'],
    type: 6,
    right: 2,
    qos: 2,
    body: acknowledgement,
    scene: received,
  },
  { id: 'pubcomp', cites: ['MQTT-2.2.2-2'], type: 7, right: 0, qos: 2, body: acknowledgement, scene: owing(2, true) },
  {
    id: 'subscribe',
    cites: ['MQTT-3.8.1-1', 'MQTT-2.2.2-2'],
    type: 8,
    right: 2,
    body: (packetId, topicName) => raw.bytes(uint16(packetId), field(topicName), 0),
    scene: alone,
  },
  {
    id: 'unsubscribe',
    cites: ['MQTT-3.10.1-1', 'MQTT-2.2.2-2'],
    type: 10,
    right: 2,
    body: (packetId, topicName) => raw.bytes(uint16(packetId), field(topicName)),
    scene: alone,
  },
  { id: 'pingreq', cites: ['MQTT-2.2.2-2'], type: 12, right: 0, body: () => new Uint8Array(0), scene: alone },
];

const wrong = (right: number): number[] =>
  Array.from({ length: 16 }, (_, nibble) => nibble).filter((nibble) => nibble !== right);
const bits = (nibble: number): string => nibble.toString(2).padStart(4, '0');

export const wrongFlags = rows.map(({ id, cites, type, right, qos, body, scene }) =>
  scenario(`${id}-with-wrong-flags`, {
    title: `${id.toUpperCase()} with any other flags than ${bits(right)} closes the connection`,
    cites: { v3: cites },
    needs: qos === undefined ? [] : [qos === 1 ? 'qos 1' : 'qos 2'],
    async play(stage) {
      const { given, when, must } = stage;
      await given.each(wrong(right), async (nibble) => {
        const topicName = given.topicName();
        const { client, packetId } = await scene(stage, topicName);
        const bytes = raw.packet((type << 4) | nibble, body(packetId, topicName));
        await when(client).sendsBytes(bytes, `${id.toUpperCase()} with the flags ${bits(nibble)}`);
        await must(client).reactByOneOf([closed()]);
      });
    },
  }),
);

export const wrongConnectFlags = scenario('connect-with-wrong-flags', {
  title: 'CONNECT with any other fixed-header flags than 0000 closes the connection',
  cites: { v3: ['MQTT-2.2.2-2', 'MQTT-3.1.4-1'] },
  async play({ given, when, must }) {
    await given.each(wrong(0), async (nibble) => {
      const client = await given.connection();
      const credentials = given.credentialFields();
      const payload = [field(given.clientId()), ...credentials.fields];
      const bytes = raw.connect({ firstByte: 0x10 | nibble, flags: 2 | credentials.flags, payload });
      await when(client).sendsBytes(bytes, `CONNECT with the flags ${bits(nibble)}`);
      await must(client).reactByOneOf(closedOrRefused(given));
    });
  },
});

export const everyKindOfAnswer = scenario('flags-of-every-kind-of-packet', {
  title:
    'Every kind of packet that the target sends has the reserved flags of Table 2.2, PUBREL those of section 3.6.1',
  cites: { v3: ['MQTT-2.2.2-1', 'MQTT-3.6.1-1'] },
  needs: ['qos 2'],
  async play({ given, when, must }) {
    const topicName = given.topicName();
    const client = await given.subscriber(topicName, { cleanSession: false, qos: 2, acknowledging: 'by hand' });
    const looksAt = async (expected: Expected, statement: StatementId = 'MQTT-2.2.2-1') => {
      const arrival = await client.gets(expected);
      given.that(arrival !== undefined, `no ${expected.type.toUpperCase()}`);
      const wrong = arrival?.findings.find(({ statements }) => statements.includes(statement));
      must(client, statement).satisfy(wrong === undefined, {
        expected: `${expected.type.toUpperCase()} with its reserved flags`,
        got: wrong?.text ?? '',
      });
    };
    await when(client).sends(publish({ topicName, qos: 1, packetId: 1, payload: 'one' }));
    await looksAt({ type: 'puback' });
    const one = await given.arrival(client, message('one'));
    await when(client).sends(puback(one.packetId ?? 0));
    await when(client).sends(publish({ topicName, qos: 2, packetId: 2, payload: 'two' }));
    await looksAt({ type: 'pubrec' });
    await when(client).sends(pubrel(2));
    await looksAt({ type: 'pubcomp' });
    const two = await given.arrival(client, message('two'));
    await when(client).sends(pubrec(two.packetId ?? 0));
    await looksAt({ type: 'pubrel' }, 'MQTT-3.6.1-1');
    await when(client).cuts();
    const again = await given.resumed(client);
    const resent = await again.gets({ type: 'pubrel' });
    const wrong = resent?.findings.find(({ statements }) => statements.includes('MQTT-3.6.1-1'));
    must(again, 'MQTT-2.2.2-1', 'MQTT-3.6.1-1').satisfy(wrong === undefined, {
      expected: 'PUBREL with its reserved flags when it is sent again',
      got: wrong?.text ?? '',
    });
    await when(again).sends(pubcomp(two.packetId ?? 0));
  },
});
