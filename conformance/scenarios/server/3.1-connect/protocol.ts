// Protocol name and level: sections 3.1.2.1 and 3.1.2.2.
import { connack } from '../../../wire/packets.ts';
import type { Client } from '../../../wire/play/client.ts';
import { answered, closed, waits } from '../../../wire/play/reaction.ts';
import * as raw from '../../../wire/raw.ts';
import { scenario } from '../../scenario.ts';

export const unknownNames = ['MQTX', 'mqtt', 'MQT', 'MQTTT', 'HTTP', ''].map((protocolName) =>
  scenario(
    `protocol-name-${protocolName === '' ? 'empty' : protocolName === 'mqtt' ? 'lower-case' : protocolName.toLowerCase()}`,
    {
      title: `A CONNECT with the protocol name "${protocolName}" is not served as MQTT 3.1.1`,
      cites: { v3: ['MQTT-3.1.2-1', 'MAY-3.1.2.1-a'] },
      async play({ given, when, must, observe }) {
        const client = await given.connection();
        const payload = [raw.field(given.clientId())];
        await when(client).sendsBytes(
          raw.connect({ protocolName, payload }),
          `CONNECT with the name "${protocolName}"`,
        );
        const refusals = [1, 2, 3, 4, 5].map((returnCode) =>
          answered(connack({ returnCode })).thenClosed().as('observed', 'tolerated for an unknown name'),
        );
        const reaction = await must(client, 'MQTT-3.1.2-1').reactByOneOf([
          closed(),
          ...refusals,
          // To hang up is allowed, not demanded; to go on as though it were MQTT is forbidden.
          waits().as('observed', 'the connection is neither served nor closed'),
        ]);
        observe(reaction?.kind ?? 'nothing', 'MAY-3.1.2.1-a');
      },
    },
  ),
);

export const unsupportedLevels = [0, 1, 2, 6, 99].map((protocolLevel) =>
  scenario(`protocol-level-${protocolLevel}`, {
    title: `A CONNECT with the unsupported level ${protocolLevel} gets CONNACK 0x01, then the connection is closed`,
    cites: { v3: ['MQTT-3.1.2-2'] },
    async play({ given, when, must }) {
      const client = await given.connection();
      const payload = [raw.field(given.clientId())];
      await when(client).sendsBytes(raw.connect({ protocolLevel, payload }), `CONNECT with level ${protocolLevel}`);
      const ofMqtt5 = answered(connack({ returnCode: 0x84 }))
        .thenClosed()
        .as(...given.disputed('connack-of-mqtt-5', { allowed: 'observed', 'code-1-alone': 'fail' } as const));
      await must(client).reactByOneOf([
        answered(connack({ returnCode: 1, sessionPresent: false })).thenClosed(),
        ...(protocolLevel > 5 ? [ofMqtt5] : []),
      ]);
    },
  }),
);

/** A CONNACK of MQTT 5 has a length of properties at least behind its reason code. */
const shortestOfMqtt5 = 5;

export const level5 = scenario('protocol-level-5', {
  title: 'Who does not speak MQTT 5 refuses a CONNECT of level 5 with CONNACK 0x01, then closes the connection',
  cites: { v3: ['MQTT-3.1.2-2'] },
  async play({ given, when, must }) {
    const credentials = given.credentialFields();
    const flags = 2 | credentials.flags;
    const connects = async (name: string, properties: readonly number[]): Promise<Client> => {
      const client = await given.connection(name, { watched: false });
      const payload = [...properties, raw.field(given.clientId()), ...credentials.fields];
      await when(client).sendsBytes(raw.connect({ protocolLevel: 5, flags, payload }), 'CONNECT of level 5');
      return client;
    };
    const refused = answered(connack({ returnCode: 1, sessionPresent: false })).thenClosed();

    const client = await connects('MQTT 5', [0]);
    let longest = 0;
    const received = ({ bytes }: { bytes: Uint8Array }): void => {
      longest = Math.max(longest, bytes.length);
    };
    client.connection.watch({ sent: () => {}, received, ended: () => {} });
    await client.waitsFor(() => client.connection.pending[0] ?? client.connection.ending);
    if (longest >= shortestOfMqtt5) given.skip('the target answers in the manner of MQTT 5');
    await must(client).reactByOneOf([refused]);

    // With the fields of 3.1.1 it is what a target might read that does not look at the level.
    await must(await connects('level 5, fields of 3.1.1', [])).reactByOneOf([
      refused,
      closed().as('observed', 'to MQTT 5 these fields are malformed'),
    ]);
  },
});

export const otherVersions = scenario('other-versions', {
  title: 'Which other versions of MQTT are served on this port',
  cites: { v3: ['MAY-3.1.4-a'] },
  observesOnly: true,
  async play({ given, when, observe }) {
    observe(`MQTT ${given.capabilities.protocols.join(' and ')}`);
    const client = await given.connection('MQTT 5', { watched: false });
    const credentials = given.credentialFields();
    const payload = [0, raw.field(given.clientId()), ...credentials.fields];
    await when(client).sendsBytes(
      raw.connect({ protocolLevel: 5, flags: 2 | credentials.flags, payload }),
      'CONNECT of MQTT 5',
    );
    const answer = await client.connection.waitFor(() => client.connection.pending[0] ?? client.connection.ending);
    const accepted =
      answer !== undefined && 'packet' in answer && answer.packet.type === 'connack' && answer.packet.returnCode === 0;
    observe(accepted ? 'MQTT 5' : 'not MQTT 5');
    client.connection.cut('RST');
  },
});
