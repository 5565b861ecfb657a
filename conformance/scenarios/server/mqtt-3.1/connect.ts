// MQTT 3.1 where it differs from 3.1.1: CONNECT and CONNACK. What breaks here is at most a warning, unless the row is a MUST.
import { connack } from '../../../wire/packets.ts';
import { answered, closed, ignored } from '../../../wire/play/reaction.ts';
import * as raw from '../../../wire/raw.ts';
import { scenario } from '../../scenario.ts';

export const level3Accepted = scenario('level-3-accepted', {
  title: 'A CONNECT of MQTT 3.1 (MQIsdp, level 3) is accepted',
  cites: { v3: [], v31: ['MQTT31-01'] },
  protocols: ['3.1'],
  async play({ given, when, must }) {
    const client = await given.connection();
    await when(client).sends(given.connect());
    await must(client).receive(connack({ returnCode: 0 }));
    await must(client).beServed();
  },
});

export const level3UnknownLevel = scenario('level-3-unknown-level', {
  title: 'MQIsdp with a level that is not 3 is not served',
  cites: { v3: [], v31: ['MQTT31-03'] },
  protocols: ['3.1'],
  async play({ given, when, must }) {
    for (const protocolLevel of [2, 6]) {
      const client = await given.connection(`level ${protocolLevel}`);
      const payload = [raw.field(given.clientId())];
      await when(client).sendsBytes(
        raw.connect({ protocolName: 'MQIsdp', protocolLevel, payload }),
        `CONNECT MQIsdp, level ${protocolLevel}`,
      );
      await must(client).reactByOneOf([closed(), answered(connack({ returnCode: 1 })).thenClosed()]);
    }
  },
});

export const level3LongClientId = scenario('level-3-long-client-id', {
  title: 'At level 3 a client id of 24 characters gets CONNACK 0x02 and the connection is closed',
  cites: { v3: [], v31: ['MQTT31-06'] },
  protocols: ['3.1'],
  async play({ given, when, should }) {
    const client = await given.connection();
    await when(client).sends(given.connect({ clientId: given.clientId().padEnd(24, 'x') }));
    await should(client).reactByOneOf([
      answered(connack({ returnCode: 2 })).thenClosed(),
      answered(connack({ returnCode: 0 })).as('warn', 'the text of 3.1 limits client ids to 23 characters'),
    ]);
  },
});

export const level3EmptyClientId = [true, false].map((cleanSession) =>
  scenario(`level-3-empty-client-id-clean-session-${cleanSession ? 1 : 0}`, {
    title: `At level 3 an empty client id with CleanSession ${cleanSession ? 1 : 0} gets CONNACK 0x02 and the connection is closed`,
    cites: { v3: [], v31: ['MQTT31-07'] },
    protocols: ['3.1'],
    async play({ given, when, must }) {
      const client = await given.connection();
      await when(client).sends(given.connect({ clientId: '', cleanSession }));
      await must(client).reactByOneOf([answered(connack({ returnCode: 2 })).thenClosed()]);
    },
  }),
);

export const level3FieldMissing = scenario('level-3-user-name-missing', {
  title: 'At level 3 a User Name Flag without user name does not make a CONNECT malformed',
  cites: { v3: [], v31: ['MQTT31-10'] },
  protocols: ['3.1'],
  async play({ given, when, should }) {
    const client = await given.connection();
    const payload = [raw.field(given.clientId())];
    await when(client).sendsBytes(
      raw.connect({ protocolName: 'MQIsdp', protocolLevel: 3, flags: 0x82, payload }),
      'CONNECT with User Name Flag, without user name',
    );
    await should(client).reactByOneOf([
      answered(connack({ returnCode: 0 })),
      answered(connack({ returnCode: 4 })).thenClosed(),
      answered(connack({ returnCode: 5 })).thenClosed(),
    ]);
  },
});

export const level3PasswordAlone = scenario('level-3-password-without-user-name', {
  title: 'At level 3 a Password Flag without User Name Flag is refused',
  cites: { v3: [], v31: ['MQTT31-11'] },
  protocols: ['3.1'],
  async play({ given, when, should }) {
    const client = await given.connection();
    const payload = [raw.field(given.clientId()), raw.field('password')];
    await when(client).sendsBytes(
      raw.connect({ protocolName: 'MQIsdp', protocolLevel: 3, flags: 0x42, payload }),
      'CONNECT with Password Flag alone',
    );
    await should(client).reactByOneOf([closed(), answered(connack({ returnCode: 4 })).thenClosed()]);
  },
});

export const level3SecondConnect = scenario('level-3-second-connect', {
  title: 'What becomes of a second CONNECT at level 3',
  cites: { v3: [], v31: ['MQTT31-19'] },
  protocols: ['3.1'],
  observesOnly: true,
  async play({ given, when, may }) {
    const client = await given.client();
    await when(client).sends(given.connect({ clientId: client.clientId }));
    await may(client).reactByOneOf([
      closed().as('observed', 'as at level 4'),
      ignored().as('observed', 'not regulated'),
      answered(connack()).as('observed', 'not regulated'),
    ]);
  },
});

export const level3Takeover = scenario('level-3-takeover', {
  title: 'At level 3 a second client with the same client id ends the first one',
  cites: { v3: [], v31: ['MQTT31-09'] },
  protocols: ['3.1'],
  async play({ given, must }) {
    const first = await given.client({ name: 'first' });
    const second = await given.client({ name: 'second', clientId: first.clientId });
    await must(first).end();
    await must(second).beServed();
  },
});
