// CONNECT is the first packet, and comes once: section 3.1.0.
import { connack, message, publish, subscribe } from '../../../wire/packets.ts';
import { sentinel } from '../../../wire/play/barrier.ts';
import { answered, closed } from '../../../wire/play/reaction.ts';
import * as raw from '../../../wire/raw.ts';
import { scenario } from '../../scenario.ts';
import { doesEverything } from './open-exchanges.ts';

const early = [
  { id: 'publish', bytes: (topic: string) => raw.packet(0x30, raw.field(topic), 'x') },
  { id: 'subscribe', bytes: (topic: string) => raw.packet(0x82, raw.uint16(1), raw.field(topic), 0) },
  { id: 'unsubscribe', bytes: (topic: string) => raw.packet(0xa2, raw.uint16(1), raw.field(topic)) },
  { id: 'pingreq', bytes: () => raw.hex('C0 00') },
  { id: 'puback', bytes: () => raw.hex('40 02 0001') },
  { id: 'pubrel', bytes: () => raw.hex('62 02 0001') },
  { id: 'disconnect', bytes: () => raw.hex('E0 00') },
  { id: 'connack', bytes: () => raw.hex('20 02 0000') },
  { id: 'pingresp', bytes: () => raw.hex('D0 00') },
  { id: 'reserved-type-0', bytes: () => raw.hex('00 00') },
  { id: 'reserved-type-15', bytes: () => raw.hex('F0 00') },
] as const;

export const earlyPackets = early.map(({ id, bytes }) =>
  scenario(`${id}-before-connect`, {
    title: `${id.toUpperCase().replaceAll('-', ' ')} ahead of CONNECT closes the connection`,
    cites: { v3: ['MQTT-3.1.0-1'] },
    async play({ given, when, must }) {
      const client = await given.connection();
      await when(client).sendsBytes(bytes(given.topicName()), `${id.toUpperCase()} ahead of CONNECT`);
      await must(client).close();
    },
  }),
);

export const earlyPublishNotDelivered = scenario('publish-before-connect-not-delivered', {
  title: 'A PUBLISH ahead of CONNECT reaches nobody',
  cites: { v3: ['MQTT-3.1.0-1'] },
  async play({ given, when, must }) {
    const topicName = given.topicName();
    const subscriber = await given.subscriber(topicName);
    const publisher = await given.client({ name: 'publisher' });
    const stranger = await given.connection('stranger');
    await when(stranger).sends(publish({ topicName, payload: 'early' }));
    await must(stranger).close();
    await must(subscriber).receiveExactly([], { until: sentinel(publisher, { topicName }) });
  },
});

/** Whatever else is wrong with it: it is a second one. */
const seconds: Readonly<Record<string, (clientId: string) => Uint8Array>> = {
  'of level 3': (clientId) => raw.connect({ protocolName: 'MQIsdp', protocolLevel: 3, payload: [raw.field(clientId)] }),
  'of level 6': (clientId) => raw.connect({ protocolLevel: 6, payload: [raw.field(clientId)] }),
  'with bit 0 of Connect Flags': (clientId) => raw.connect({ flags: 0x03, payload: [raw.field(clientId)] }),
  'with a byte behind its fields': (clientId) => raw.connect({ payload: [raw.field(clientId), 0] }),
  'with an empty client id and CleanSession 0': () => raw.connect({ flags: 0x00, payload: [raw.field('')] }),
};

export const secondConnect = (['the same', 'another'] as const).map((which) =>
  scenario(`second-connect-with-${which.replace(' ', '-')}-id`, {
    title: `A second CONNECT with ${which} client id closes the connection${which === 'another' ? ', and makes no session' : ''}`,
    cites: { v3: ['MQTT-3.1.0-2'] },
    async play(stage) {
      const { given, when, must } = stage;
      if (which === 'the same')
        await given.each(Object.entries(seconds), async ([what, bytesOf]) => {
          const client = await given.client();
          await when(client).sendsBytes(bytesOf(client.clientId), `a second CONNECT, ${what}`);
          const refusals = [1, 2, 3, 4, 5].map((returnCode) =>
            answered(connack({ returnCode })).thenClosed().as('observed', 'the end is told of'),
          );
          await must(client).reactByOneOf([closed(), ...refusals]);
        });
      await given.each([true, false], async (cleanSession) => {
        const client = await given.client();
        const clientId = which === 'another' ? given.clientId() : client.clientId;
        if (!cleanSession && which === 'the same') await doesEverything(stage, client);
        await when(client).sends(given.connect({ clientId, cleanSession }));
        await must(client).reactByOneOf([closed()]);
        if (which === 'the same') return;
        const later = await given.client({ name: 'later', clientId, cleanSession: false });
        const seen = { expected: 'no session under the id of the second CONNECT', got: 'Session Present 1' };
        must(later).satisfy(later.sessionPresent !== true, seen);
      });
    },
  }),
);

export const secondConnectOfAnother = scenario('second-connect-with-the-id-of-another-client', {
  title:
    'A second CONNECT with the client id of another client closes its own connection, and leaves the other in place with its session',
  cites: { v3: ['MQTT-3.1.0-2'] },
  needs: ['qos 1'],
  async play({ given, when, must }) {
    const topicName = given.topicName();
    await given.each([true, false], async (cleanSession) => {
      const other = await given.subscriber(topicName, { name: 'another', cleanSession: false, qos: 1 });
      const client = await given.client();
      await when(client).sends(given.connect({ clientId: other.clientId, cleanSession }));
      await must(client).reactByOneOf([closed()]);
      await must(other).beServed();
      const publisher = await given.client({ name: 'publisher' });
      await when(publisher).publishes({ topicName, payload: `for ${other.clientId}`, qos: 1 });
      await must(other).receive(message(`for ${other.clientId}`));
    });
  },
});

export const twoConnectsInOneSegment = scenario('two-connects-in-one-segment', {
  title: 'Two CONNECTs in one segment get one CONNACK at most, and the connection is closed',
  cites: { v3: ['MQTT-3.1.0-2'] },
  async play({ given, when, must }) {
    const client = await given.connection();
    const connect = given.connect();
    await when(client).sends(connect, connect);
    await must(client).end();
    const connacks = client.connection.pending.filter(({ packet }) => packet.type === 'connack').length;
    must(client).satisfy(connacks <= 1, { expected: 'one CONNACK at most', got: `${connacks}` });
  },
});

export const secondConnectFiresWill = scenario('will-after-second-connect', {
  title: 'The will is published when a second CONNECT ends the connection, and not that of the second',
  cites: { v3: ['MQTT-3.1.0-2', 'MQTT-3.1.2-8'] },
  async play({ given, when, must }) {
    const qos = given.assuredQos;
    const retain = given.capabilities.refusedWills !== 'retained';
    const wills = [
      { first: true, second: false },
      { first: true, second: true },
      { first: false, second: true },
    ];
    await given.each(wills, async ({ first, second }) => {
      const topicName = given.topicName('will');
      const watcher = await given.subscriber(topicName, { name: 'watcher', qos });
      const client = await given.client(first ? { will: { topicName, message: 'gone', qos } } : {});
      const { clientId } = client;
      const own = { topicName, message: 'of the second CONNECT', qos, retain };
      await when(client).sends(given.connect(second ? { clientId, will: own } : { clientId }));
      await must(client, 'MQTT-3.1.0-2').end();
      if (first) await must(watcher, 'MQTT-3.1.2-8').receive(message('gone'), given.unhurriedMs);
      // CONNACK for the same client id: the target has done with the connection before.
      const next = await given.client({ name: 'next', clientId });
      const until = sentinel(next, { topicName, qos });
      await must(watcher, 'MQTT-3.1.2-8').receiveExactly([], { until });
      if (!second) return;
      const late = await given.newSubscriber(topicName, { name: 'late', qos, finds: [] });
      await must(late, 'MQTT-3.1.2-8').receiveExactly([], { until });
    });
  },
});

export const packetsBehindConnect = scenario('packets-behind-connect', {
  title: 'Packets that follow CONNECT in the same segment are served, behind its CONNACK',
  cites: { v3: ['MAY-3.1.4-e', 'MQTT-3.2.0-1', 'MQTT-3.8.4-1', 'MQTT-3.3.4-1', 'MQTT-3.12.4-1'] },
  needs: ['qos 1'],
  async play({ given, when, must }) {
    const topicName = given.topicName();
    await given.retained({ topicName: `${topicName}/kept`, payload: 'kept' });
    // A subscription need not be there before its SUBACK is: what is published behind it at once is another one's to get.
    const other = await given.subscriber(topicName, { name: 'other', qos: 1 });
    const client = await given.connection();
    await when(client).sends(
      given.connect(),
      subscribe(1, { topicFilter: topicName, qos: 1 }, { topicFilter: `${topicName}/kept`, qos: 1 }),
      publish({ topicName, payload: 'own', qos: 1, packetId: 2 }),
      { type: 'pingreq' },
    );
    await must(client, 'MQTT-3.8.4-1').receive({ type: 'suback', packetId: 1 });
    await must(client, 'MQTT-3.3.4-1').receive({ type: 'puback', packetId: 2 });
    await must(client, 'MQTT-3.12.4-1').receive({ type: 'pingresp' });
    await must(other, 'MAY-3.1.4-e').receive(message('own'));
    await when(other).publishes({ topicName, payload: 'later', qos: 1 });
    await must(client, 'MAY-3.1.4-e').receive(message('later'));
    const first = client.connection.pending[0]?.packet;
    must(client, 'MQTT-3.2.0-1').satisfy(first?.type === 'connack', {
      expected: 'CONNACK first',
      got: first?.type ?? 'nothing',
    });
    await must(client, 'MAY-3.1.4-e').receive(connack({ returnCode: 0 }));
  },
});

export const silentConnection = scenario('no-connect', {
  title: 'A connection on which no CONNECT comes is closed',
  cites: { v3: ['SHOULD-3.1.4-b'] },
  timed: true,
  observesOnly: true,
  async play({ given, when, should, observe }) {
    const silent = await given.connection('silent');
    const half = await given.connection('half a CONNECT');
    await when(half).sendsBytes(raw.connect({ payload: [raw.field('half')] }).subarray(0, 9), 'half a CONNECT');
    given.waitsFor('no CONNECT');
    await Promise.race([
      given.restOfRun(),
      Promise.all([silent, half].map((client) => client.connection.waitFor(() => client.connection.ending, 60_000))),
    ]);
    for (const client of [silent, half]) {
      if (client.connection.isOpen)
        observe(
          `${client.name}: still open after ${Math.round(given.now() / 1_000)} s, when the run ended`,
          'SHOULD-3.1.4-b',
        );
      else await should(client).end();
    }
  },
});
