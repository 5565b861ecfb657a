// The will of every kind of client, and for every kind of watcher: sections 3.1.2.5 and 3.1.3.
import { encode } from '../../../../reference/codec/encode.ts';
import type { Qos } from '../../../../reference/message.ts';
import { message, patterned, publish, unsuback, unsubscribe } from '../../../wire/packets.ts';
import { sentinel } from '../../../wire/play/barrier.ts';
import type { Client } from '../../../wire/play/client.ts';
import type { ClientText, WillText } from '../../../wire/play/given.ts';
import type { Stage } from '../../../wire/play/stage.ts';
import * as raw from '../../../wire/raw.ts';
import { scenario } from '../../scenario.ts';
import { doesEverything } from './open-exchanges.ts';

interface Kind {
  readonly text?: ClientText;
  /** What it does before it is cut. */
  readonly first?: (stage: Stage, client: Client, willTopic: string) => Promise<unknown>;
}

/** Of these some wait for acknowledgements of others. */
const moreThanInFlight = 40;

/** None of this is a reason to forget the will. */
const kinds: Readonly<Record<string, Kind>> = {
  'that has published': {
    first: ({ given, when }, client) =>
      when(client).publishes({ topicName: given.topicName(), payload: 'x', qos: given.assuredQos }),
  },
  'that has retained': {
    first: ({ given, when }, client) =>
      when(client).publishes({ topicName: given.topicName(), payload: 'x', qos: given.assuredQos, retain: true }),
  },
  'that has subscribed': {
    first: ({ given }, client) => given.subscription(client, given.topicName(), given.assuredQos),
  },
  'that has subscribed to its topic': {
    first: ({ given }, client, willTopic) => given.subscription(client, willTopic, given.assuredQos),
  },
  'for whom messages wait': {
    text: { acknowledging: 'by hand' },
    first: async ({ given, when }, client) => {
      const [topicName, qos] = [given.topicName(), given.assuredQos];
      await given.subscription(client, topicName, qos);
      const many = Array.from({ length: moreThanInFlight }, (_, i) => i + 1);
      const texts = many.map((packetId) => ({ topicName, payload: `number ${packetId}`, packetId }));
      await when(client).sends(...texts.map((text) => publish(qos === 0 ? text : { ...text, qos })));
      await client.pings();
    },
  },
  'that has pinged': { first: (_stage, client) => client.pings() },
  'that has done everything': { text: { cleanSession: false, keepAlive: 600 }, first: doesEverything },
  'with a stored session': { text: { cleanSession: false } },
  'with Keep Alive': { text: { keepAlive: 600 } },
  'with the longest Keep Alive': { text: { keepAlive: 65_535 } },
};

export const ofEveryKind = scenario('will-of-every-kind-of-client', {
  title: 'The will is published whatever its client has done before, and whatever session it has',
  cites: { v3: ['MQTT-3.1.2-8'] },
  protocols: ['3.1.1', '3.1'],
  async play(stage) {
    const { given, when, must } = stage;
    await given.each(Object.entries(kinds), async ([kind, { text, first }]) => {
      const topicName = given.topicName('will');
      const qos = given.assuredQos;
      const watcher = await given.subscriber(topicName, { name: 'watcher', qos });
      const will = { topicName, message: `of a client ${kind}`, qos };
      const client = await given.client({ name: `client ${kind}`, ...text, will });
      await first?.(stage, client, topicName);
      await when(client).cuts();
      await must(watcher).receive(message(will.message), given.unhurriedMs);
    });
  },
});

export const besideCredentials = scenario('will-beside-user-name-and-password', {
  title: 'The will of a client that gives user name and password is published',
  cites: { v3: ['MQTT-3.1.2-8', 'MQTT-3.1.3-1'] },
  async play({ given, when, must }) {
    let letIn = 0;
    let heard = 0;
    const qos = given.assuredQos;
    await given.each([undefined, 'password'], async (password) => {
      const topicName = given.topicName('will');
      const watcher = await given.subscriber(topicName, { name: 'watcher', qos });
      const client = await given.connection();
      const credentials = { userName: 'user', ...(password === undefined ? {} : { password }) };
      const known = given.userName === undefined ? { credentials } : {};
      await when(client).sends(given.connect({ ...known, will: { topicName, message: 'gone', qos } }));
      const answer = await client.awaits({ type: 'connack' });
      // A target may let in nobody whom it does not know.
      if (answer?.packet.type !== 'connack' || answer.packet.returnCode !== 0) return;
      letIn++;
      await when(client).publishes({ topicName, payload: 'here', qos });
      // An access list may drop what it does not let somebody publish, without a word (MQTT-3.3.5-2).
      if (!(await watcher.hasGot(message('here')))) return;
      heard++;
      await when(client).cuts();
      await must(watcher).receive(message('gone', { topicName }), given.unhurriedMs);
    });
    if (letIn === 0) given.skip('the target lets in nobody whom it does not know');
    if (heard === 0) given.skip('the target passes on nothing from clients that it does not know');
  },
});

export const ofEachConnection = scenario('will-of-each-connection', {
  title: 'Each connection of a client has the will of its own CONNECT',
  cites: { v3: ['MQTT-3.1.2-8', 'MQTT-3.1.2-10'] },
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    await given.each([true, false], async (cleanSession) => {
      const [one, other] = [given.topicName('will'), given.topicName('will')];
      const qos = given.assuredQos;
      const watcher = await given.subscriber([one, other], { name: 'watcher', qos });
      const clientId = given.clientId();
      const wills: readonly WillText[] = [
        { topicName: one, message: 'first', qos },
        { topicName: other, message: 'second', qos },
        { topicName: one, message: 'third', qos },
        { topicName: one, message: 'third', qos },
      ];
      for (const [i, will] of wills.entries()) {
        const client = await given.client({ clientId, cleanSession, will });
        await when(client).cuts(i % 2 === 0 ? 'FIN' : 'RST');
        const { topicName } = will;
        await must(watcher, 'MQTT-3.1.2-8').receive(message(will.message, { topicName }), given.unhurriedMs);
      }
      const last = await given.client({ name: 'last', clientId, cleanSession });
      await must(watcher, 'MQTT-3.1.2-10').receiveExactly([], { until: sentinel(last, { topicName: one, qos }) });
    });
  },
});

export const forTheAbsent = scenario('will-queued', {
  title: 'A will reaches a session whose client is away when that is back',
  cites: { v3: ['MQTT-3.1.2-5', 'MQTT-3.1.2-8', 'MQTT-4.5.0-1'] },
  needs: ['qos 1'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    await given.each([false, true], async (retain) => {
      const topicName = given.topicName('will');
      const watcher = await given.subscriber(topicName, { name: 'watcher', qos: 1 });
      const filter = retain && given.capabilities.wildcards ? `${topicName}/#` : topicName;
      const away = await given.subscriber(filter, { name: 'away', cleanSession: false, qos: 1 });
      await when(away).disconnects();
      const client = await given.client({ will: { topicName, message: 'gone', qos: 1, retain } });
      await when(client).cuts();
      await must(watcher, 'MQTT-3.1.2-8').receive(message('gone'), given.unhurriedMs);
      const back = await given.resumed(away);
      await must(back, 'MQTT-3.1.2-5', 'MQTT-3.1.2-8', 'MQTT-4.5.0-1').receive(message('gone', { qos: 1 }));
    });
  },
});

export const forItsOwnClient = scenario('will-queued-for-its-own-client', {
  title: 'A will reaches the stored session of its own client too, if that has subscribed to it',
  cites: { v3: ['MQTT-3.1.2-5', 'MQTT-4.5.0-1'] },
  needs: ['qos 1'],
  async play({ given, when, must }) {
    const topicName = given.topicName('will');
    const watcher = await given.subscriber(topicName, { name: 'watcher', qos: 1 });
    const will = { topicName, message: 'gone', qos: 1 } as const;
    const own = await given.subscriber(topicName, { name: 'own', cleanSession: false, qos: 1, will });
    await when(own).cuts();
    await given.arrival(watcher, message('gone'));
    const back = await given.resumed(own);
    await must(back).receive(message('gone', { qos: 1 }));
  },
});

export const erasing = scenario('retained-will-of-zero-bytes-erases', {
  title: 'A will of zero bytes with Will Retain 1 erases what is retained on its topic',
  cites: { v3: ['MQTT-3.3.1-10', 'MQTT-3.1.2-17', 'MQTT-3.1.2-8'] },
  needs: ['qos 1'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const topicName = given.topicName('will');
    await given.retained({ topicName, payload: 'kept' });
    const watcher = await given.newSubscriber(topicName, { name: 'watcher', qos: 1, finds: [message('kept')] });
    const client = await given.client({ will: { topicName, message: '', qos: 1, retain: true } });
    await when(client).cuts();
    await must(watcher, 'MQTT-3.1.2-8').receive(message('', { retain: false }), given.unhurriedMs);
    const late = await given.newSubscriber(topicName, { name: 'late', qos: 1, finds: [] });
    const publisher = await given.client({ name: 'publisher' });
    await must(late, 'MQTT-3.3.1-10', 'MQTT-3.1.2-17').receiveExactly([], {
      until: sentinel(publisher, { topicName, qos: 1 }),
    });
  },
});

const combinations = ([0, 1, 2] as const).flatMap((qos: Qos) =>
  [false, true].flatMap((retain) => [false, true].map((cleanSession) => ({ qos, retain, cleanSession }))),
);

export const noneAfterDisconnect = scenario('no-will-of-any-kind-after-disconnect', {
  title: 'After DISCONNECT no will is published, whatever its QoS and Will Retain, and whatever session its client has',
  cites: { v3: ['MQTT-3.14.4-3', 'MQTT-3.1.2-10'] },
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const possible = combinations.filter(({ qos }) => qos <= given.capabilities.maximumQos);
    await given.each(possible, async ({ qos, retain, cleanSession }) => {
      const topicName = given.topicName('will');
      const watcher = await given.subscriber(topicName, { name: 'watcher', qos });
      const will = { topicName, message: qos === 1 ? '' : 'never', qos, retain };
      // Those that are retained: with a Keep Alive, and with subscriptions made and given up; the others have subscribed to their own will.
      const client = await given.client({ cleanSession, will, keepAlive: retain ? 600 : 0 });
      if (retain) {
        const [packetId, own] = [500, given.topicName('own')];
        await given.subscription(client, own, qos);
        await when(client).sends(unsubscribe(packetId, own));
        await given.arrival(client, unsuback(packetId));
      } else await given.subscription(client, topicName, qos);
      await when(client).disconnects();
      // CONNACK for the same client id: the target has done with the connection before.
      const { clientId } = client;
      await given.client({ name: 'taken over', clientId, cleanSession });
      const again = await given.client({ name: 'again', clientId, cleanSession, will });
      await when(again).disconnects();
      const last = await given.client({ name: 'the last', clientId: client.clientId, cleanSession });
      await must(watcher).receiveExactly([], { until: sentinel(last, { topicName, qos }) });
    });
  },
});

interface Refusable {
  readonly why: string;
  readonly clientId?: string;
  /** `level`: where Protocol Level is; Connect Flags follow it. */
  readonly spoils: (bytes: Uint8Array, level: number) => Uint8Array;
}

/** CONNECTs that have to be refused, or answered by closing; whether they are is judged elsewhere. */
const refusable: readonly Refusable[] = [
  { why: 'an empty client id and CleanSession 0', clientId: '', spoils: (bytes) => bytes },
  { why: 'level 99', spoils: (bytes, level) => bytes.with(level, 99) },
  { why: 'bit 0 of Connect Flags', spoils: (bytes, level) => bytes.with(level + 1, (bytes[level + 1] ?? 0) | 1) },
  { why: 'a byte behind its will', spoils: (bytes) => raw.bytes(bytes.with(1, (bytes[1] ?? 0) + 1), raw.hex('00')) },
];

export const noneOfARefused = scenario('no-will-of-any-refused-connect', {
  title: 'A CONNECT that is refused leaves no will, for whatever reason it is refused',
  cites: { v3: ['MQTT-3.1.2-8'] },
  async play({ given, when, must }) {
    let ends = 0;
    await given.each(refusable, async ({ why, clientId = given.clientId(), spoils }) => {
      const topicName = given.topicName('will');
      const qos = given.assuredQos;
      const watcher = await given.subscriber(topicName, { name: 'watcher', qos });
      const refused = await given.connection('refused');
      const bytes = Uint8Array.from(
        encode(given.connect({ clientId, cleanSession: false, will: { topicName, message: 'never', qos } })),
      );
      await when(refused).sendsBytes(spoils(bytes, bytes.indexOf(0x54, 2) + 2), `CONNECT with ${why}, and with a will`);
      const ended = await refused.connection.waitFor(() => refused.connection.ending);
      if (ended === undefined) return;
      ends++;
      const publisher = await given.client({ name: 'publisher' });
      await must(watcher).receiveExactly([], { until: sentinel(publisher, { topicName, qos }) });
    });
    if (ends === 0) given.skip('the target does not end the connection, which is judged elsewhere');
  },
});

/** What is long is refused at most, which is seen at once: it is not lost in silence. */
const sizes: Readonly<Record<string, (topicName: string) => WillText>> = {
  'a message of 5,000 bytes': (topicName) => ({ topicName, message: patterned(5_000) }),
  'a message of 65,535 bytes': (topicName) => ({ topicName, message: patterned(65_535) }),
  'a topic of 1,500 bytes': (topicName) => ({ topicName: topicName.padEnd(1_500, 'x'), message: 'gone' }),
  'a "/" at the end of its topic': (topicName) => ({ topicName: `${topicName}/`, message: 'gone', retain: false }),
  'a leading "/" in its topic': (topicName) => ({ topicName: `/${topicName}`, message: 'gone' }),
};

export const ofEverySize = scenario('will-of-every-size', {
  title:
    'A will that was accepted is published whole, to who has subscribed and as a retained message, however long it is',
  cites: { v3: ['MQTT-3.1.2-8', 'MQTT-3.1.2-17', 'MQTT-3.1.3-1'] },
  needs: ['qos 1'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must, observe }) {
    await given.each(Object.entries(sizes), async ([size, willOf]) => {
      const will = { qos: 1, retain: true, ...willOf(given.topicName('will')) } as const;
      const { topicName } = will;
      const watcher = await given.subscriber(topicName, { name: 'watcher', qos: 1 });
      const client = await given.connection('client');
      await when(client).sends(given.connect({ will }));
      const answer = await client.gets({ type: 'connack' });
      if (answer?.packet.type !== 'connack' || answer.packet.returnCode !== 0)
        return observe(`a will with ${size} is refused`, 'MQTT-3.1.2-8');
      await when(client).cuts();
      const due = message(will.message, { topicName });
      await must(watcher, 'MQTT-3.1.2-8', 'MQTT-3.1.3-1').receive(due, given.unhurriedMs);
      if (!will.retain) return;
      const late = await given.newSubscriber(topicName, { name: 'late', qos: 1, finds: [due] });
      await must(late, 'MQTT-3.1.2-17').receive({ ...due, retain: true });
    });
  },
});
