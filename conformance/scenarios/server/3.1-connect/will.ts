// The will: sections 3.1.2.5 to 3.1.2.7 and 3.1.3.2.
import { anyMessage, type ExpectedMessage, message } from '../../../wire/packets.ts';
import { ping, sentinel } from '../../../wire/play/barrier.ts';
import type { Client } from '../../../wire/play/client.ts';
import type { Stage } from '../../../wire/play/stage.ts';
import * as raw from '../../../wire/raw.ts';
import { scenario } from '../../scenario.ts';

const qosLevels = [0, 1, 2] as const;
const retains = [false, true] as const;

/** Ways in which a connection ends without DISCONNECT. */
const deaths: Readonly<Record<string, (stage: Stage, client: Client) => Promise<void>>> = {
  fin: ({ when }, client) => when(client).cuts('FIN'),
  rst: ({ when }, client) => when(client).cuts('RST'),
  'malformed-packet': ({ when }, client) =>
    when(client).sendsBytes(raw.hex('82 02 0000'), 'SUBSCRIBE with id 0 and no filter'),
  'subscribe-without-filter': ({ when }, client) =>
    when(client).sendsBytes(raw.hex('82 02 0001'), 'SUBSCRIBE without a filter'),
  'qos-3': ({ when }, client) =>
    when(client).sendsBytes(raw.packet(0x36, raw.field(client.clientId), raw.uint16(1)), 'PUBLISH with QoS 3'),
  'reserved-type': ({ when }, client) => when(client).sendsBytes(raw.hex('F0 00'), 'a packet of the reserved type 15'),
};

/** A QoS 0 message that was lost once and so many times more was not lost by chance. */
const moreTries = 7;

const combinations = qosLevels.flatMap((qos) => retains.map((retain) => ({ qos, retain })));

interface Death {
  readonly dies: (stage: Stage, client: Client) => Promise<unknown>;
  readonly keepAlive?: number;
}

/** The will comes once, and comes as it was announced: its QoS, and whether it is retained. */
async function judgesWill(stage: Stage, { dies, keepAlive = 0 }: Death): Promise<void> {
  const { given, must } = stage;
  // What takes time is not tried several times.
  const least = keepAlive === 0 ? 0 : 1;
  const possible = combinations.filter(({ qos }) => qos >= least && qos <= given.capabilities.maximumQos);
  await given.each(possible, async ({ qos, retain }) => {
    const topicName = given.topicName('will');
    // At the highest QoS, so that the will's own shows.
    const watcher = await given.subscriber(topicName, { name: 'watcher', qos: given.capabilities.maximumQos });
    const oneDies = async (): Promise<void> => {
      const client = await given.client({ keepAlive, will: { topicName, message: 'gone', qos, retain } });
      await dies(stage, client);
      const ending = await client.connection.waitFor(() => client.connection.ending);
      if (ending === undefined) given.skip('the target does not end the connection, which is judged elsewhere');
    };
    await oneDies();
    // At QoS 0 a will may be lost (section 4.3.1), though not every time; or it was late, and the others are still to come.
    const others: ExpectedMessage[] = [];
    if (qos === 0 && !(await watcher.hasGot(message('gone', { topicName }), given.unhurriedMs / 2))) {
      await given.each([...Array(moreTries).keys()], oneDies);
      others.push(...Array(moreTries).fill(message('gone', { topicName, retain: false })));
    }
    const arrived = await must(watcher, 'MQTT-3.1.2-8').receive(message('gone', { topicName }), given.unhurriedMs);
    const atQos = { expected: `the will at QoS ${qos}`, got: `QoS ${arrived?.qos}` };
    must(watcher, 'MQTT-3.1.2-9', 'MQTT-3.1.2-14').satisfy(arrived?.qos === qos, atQos);
    const demand = retain ? 'MQTT-3.1.2-17' : 'MQTT-3.1.2-16';
    const live = { expected: 'RETAIN 0 for a subscription that was there', got: 'RETAIN 1' };
    must(watcher, demand).satisfy(arrived?.retain === false, live);
    const publisher = await given.client({ name: 'publisher' });
    // Below QoS 2 a message may come twice.
    if (qos === 2)
      await must(watcher, 'MQTT-3.1.2-10').receiveExactly([], { until: sentinel(publisher, { topicName, qos }) });
    const finds = retain && qos > 0 ? [message('gone')] : [];
    const late = await given.newSubscriber(topicName, { name: 'late', qos, finds });
    // A retained QoS 0 message may be dropped at any time (MQTT-3.3.1-7).
    if (retain && qos > 0) await must(late, demand).receive(message('gone', { retain: true }));
    const until = sentinel(publisher, { topicName, qos });
    if (!retain) await must(late, demand).receiveExactly([], { until, besides: others });
  });
}

const about = 'MQTT-3.1.2';
const ofWills = [`${about}-8`, `${about}-9`, `${about}-10`, `${about}-14`, `${about}-16`, `${about}-17`] as const;

export const wills = Object.entries(deaths).map(([death, dies]) =>
  scenario(`will-after-${death}`, {
    title: `After an end by ${death.replaceAll('-', ' ')} the will is published, with its QoS and Will Retain`,
    cites: { v3: ofWills },
    protocols: death === 'fin' || death === 'rst' ? ['3.1.1', '3.1'] : ['3.1.1'],
    play: (stage) => judgesWill(stage, { dies }),
  }),
);

const keepAlive = 1;

/** Ends of which it is judged elsewhere whether the will comes at all. */
const otherDeaths: Readonly<Record<string, Death>> = {
  takeover: { dies: ({ given }, { clientId }) => given.client({ name: 'newer', clientId }) },
  'a-second-connect': {
    dies: ({ given, when }, client) => when(client).sends(given.connect({ clientId: client.clientId })),
  },
  silence: {
    keepAlive,
    dies: ({ given }, { connection }) =>
      connection.waitFor(() => connection.ending, keepAlive * 1_500 + given.lateKeepAliveMs),
  },
};

export const willsInFull = Object.entries(otherDeaths).map(([death, how]) =>
  scenario(`will-in-full-after-${death}`, {
    title: `After an end by ${death.replaceAll('-', ' ')} the will is published with its QoS, and retained if it is to be`,
    cites: { v3: ofWills },
    needs: ['qos 1'],
    timed: how.keepAlive !== undefined,
    play: (stage) => judgesWill(stage, how),
  }),
);

export const willIsPrompt = scenario('will-without-delay', {
  title: 'A will is published without delay',
  cites: { v3: ['SHOULD-3.1.2.5-a'] },
  async play({ given, when, should }) {
    const [topicName, qos] = [given.topicName('will'), given.assuredQos];
    const watcher = await given.subscriber(topicName, { name: 'watcher', qos });
    const client = await given.client({ will: { topicName, message: 'gone', qos } });
    await when(client).cuts();
    await should(watcher).receive(message('gone'));
  },
});

export const willOfBinaryMessage = scenario('will-message-is-bytes', {
  title: 'A will message is passed on byte for byte, without its length',
  cites: { v3: ['MQTT-3.1.2-8', 'MQTT-3.1.3-1', 'MQTT-3.1.3-10'] },
  needs: ['qos 1'],
  async play({ given, when, must }) {
    const topicName = `${given.topicName('will')}/é€𝄞`;
    const watcher = await given.subscriber(topicName, { name: 'watcher', qos: 1 });
    const bytes = Uint8Array.from({ length: 300 }, (_, i) => i & 255);
    const client = await given.client({ will: { topicName, message: bytes, qos: 1 } });
    await when(client).cuts();
    await must(watcher).receive(message(bytes, { topicName }), given.unhurriedMs);
  },
});

export const willFieldsInOrder = scenario('will-fields-in-order', {
  title: 'The will topic is read ahead of the will message',
  cites: { v3: ['MQTT-3.1.3-1'] },
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const topicName = given.topicName('will');
    const messageLikeATopic = given.topicName('message');
    const qos = given.assuredQos;
    const watcher = await given.subscriber([topicName, messageLikeATopic], { name: 'watcher', qos });
    const client = await given.client({ will: { topicName, message: messageLikeATopic, qos } });
    await when(client).cuts();
    const will = await watcher.awaits(anyMessage(), given.unhurriedMs);
    const came = will?.packet.type === 'publish' ? will.packet.topicName : undefined;
    given.that(came !== undefined, 'no will came');
    must(watcher).satisfy(came === topicName, {
      expected: 'the will on its topic',
      got: 'the will topic as its message',
    });
  },
});

export const willOfEmptyMessage = scenario('will-message-of-zero-bytes', {
  title: 'A will message of zero bytes is published as an empty message',
  cites: { v3: ['MQTT-3.1.2-8', 'MQTT-3.1.2-9'] },
  async play({ given, when, must }) {
    const topicName = given.topicName('will');
    const qos = given.assuredQos;
    const watcher = await given.subscriber(topicName, { name: 'watcher', qos });
    const client = await given.client({ will: { topicName, message: '', qos } });
    await when(client).cuts();
    await must(watcher).receive(message('', { topicName }), given.unhurriedMs);
  },
});

export const willOnce = scenario('will-published-once', {
  title: 'A will that was published is forgotten, however the next connection ends',
  cites: { v3: ['MQTT-3.1.2-10', 'MQTT-3.1.2-12'] },
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    await given.each(['cuts', 'disconnects'] as const, async (ends) => {
      const topicName = given.topicName('will');
      const qos = given.assuredQos;
      const watcher = await given.subscriber(topicName, { name: 'watcher', qos });
      const clientId = given.clientId();
      const first = await given.client({ clientId, cleanSession: false, will: { topicName, message: 'gone', qos } });
      await when(first).cuts();
      await must(watcher, 'MQTT-3.1.2-10').receive(message('gone'), given.unhurriedMs);
      const second = await given.client({ clientId, cleanSession: false });
      await when(second)[ends]();
      // CONNACK for the same client id: the target has done with the connection before.
      const third = await given.client({ clientId, cleanSession: false });
      await must(watcher).receiveExactly([], { until: sentinel(third, { topicName, qos }) });
    });
  },
});

export const willOnceAfterTakeover = scenario('will-published-once-after-takeover', {
  title: 'The will of a client that is taken over is published once',
  cites: { v3: ['MQTT-3.1.2-10'] },
  needs: ['qos 2'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, must }) {
    const topicName = given.topicName('will');
    const watcher = await given.subscriber(topicName, { name: 'watcher', qos: 2 });
    const first = await given.client({ name: 'first', will: { topicName, message: 'gone', qos: 2 } });
    const second = await given.client({ name: 'second', clientId: first.clientId });
    if (!(await watcher.hasGot(message('gone'), given.unhurriedMs)))
      given.skip('no will comes upon takeover, which is judged elsewhere');
    await must(watcher, 'MQTT-3.1.2-10').receiveExactly([message('gone')], {
      until: sentinel(second, { topicName, qos: 2 }),
    });
  },
});

export const noWillAfterDisconnect = (['FIN', 'nothing'] as const).map((then) =>
  scenario(`no-will-after-disconnect${then === 'FIN' ? '' : '-left-open'}`, {
    title: `After DISCONNECT${then === 'FIN' ? '' : ' without an end by the client'} no will is published`,
    cites: { v3: ['MQTT-3.14.4-3', 'MQTT-3.1.2-10'] },
    protocols: ['3.1.1', '3.1'],
    async play({ given, when, must }) {
      const topicName = given.topicName('will');
      const watcher = await given.subscriber(topicName, { name: 'watcher' });
      const client = await given.client({ will: { topicName, message: 'never' } });
      if (then === 'FIN') await when(client).disconnects();
      else await when(client).sends({ type: 'disconnect' });
      const again = await given.client({ name: 'again', clientId: client.clientId });
      await must(watcher).receiveExactly([], { until: sentinel(again, { topicName }) });
    },
  }),
);

export const noWillOfConnectionBefore = scenario('no-will-of-the-connection-before', {
  title: 'A connection without Will Flag does not lead to the will of the connection before',
  cites: { v3: ['MQTT-3.1.2-12', 'MQTT-3.1.2-10'] },
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const topicName = given.topicName('will');
    const watcher = await given.subscriber(topicName, { name: 'watcher' });
    const clientId = given.clientId();
    const first = await given.client({ clientId, cleanSession: false, will: { topicName, message: 'old' } });
    await when(first).disconnects();
    const second = await given.client({ clientId, cleanSession: false });
    await when(second).cuts();
    const third = await given.client({ clientId, cleanSession: false });
    await must(watcher).receiveExactly([], { until: sentinel(third, { topicName }) });
  },
});

export const willOfRefusedConnect = scenario('no-will-of-a-refused-connect', {
  title: 'A CONNECT that is refused leaves no will',
  cites: { v3: ['MQTT-3.1.2-8'] },
  async play({ given, when, must }) {
    const topicName = given.topicName('will');
    const watcher = await given.subscriber(topicName, { name: 'watcher' });
    const refused = await given.connection('refused');
    await when(refused).sends(
      given.connect({ clientId: '', cleanSession: false, will: { topicName, message: 'never' } }),
    );
    if ((await refused.connection.waitFor(() => refused.connection.ending)) === undefined)
      given.skip('the target accepts it, which is judged elsewhere');
    const publisher = await given.client({ name: 'publisher' });
    await must(watcher).receiveExactly([], { until: sentinel(publisher, { topicName }) });
  },
});

export const willOfConnectedClient = scenario('no-will-while-connected', {
  title: 'No will is published while its client is connected',
  cites: { v3: ['MQTT-3.1.2-8'] },
  async play({ given, must }) {
    const topicName = given.topicName('will');
    const watcher = await given.subscriber(topicName, { name: 'watcher' });
    const client = await given.client({ will: { topicName, message: 'early' } });
    await must(client).beServed();
    await must(watcher).receiveExactly([], { until: sentinel(client, { topicName }) });
    await must(watcher).receiveExactly([], { until: ping() });
  },
});

/** A will that was lost so many times, while messages of others came, was not lost by chance. */
const mostWills = 5;

export const willAtMostOnce = scenario('will-for-a-subscription-at-qos-0', {
  title: 'A will reaches a subscription of QoS 0 too: it may be lost, though not every time',
  cites: { v3: ['MQTT-3.1.2-8'] },
  needs: ['qos 1'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const topicName = given.topicName('will');
    const atMostOnce = await given.subscriber(topicName, { name: 'watcher at QoS 0' });
    const sure = await given.subscriber(topicName, { name: 'watcher at QoS 1', qos: 1 });
    const publisher = await given.client({ name: 'publisher' });
    await when(publisher).publishesUntilGot(atMostOnce, { topicName, payload: 'live', qos: 1 });
    given.that(await atMostOnce.hasGot(message('live')), 'nothing else comes at QoS 0 either');
    let came = false;
    for (let i = 1; i <= mostWills && !came; i++) {
      const will = { topicName, message: `gone ${i}`, qos: 1 } as const;
      const mortal = await given.client({ name: 'mortal', will });
      await when(mortal).cuts();
      given.that(await sure.hasGot(message(will.message), given.unhurriedMs), 'the will is not published at all');
      came = await atMostOnce.hasGot(message(will.message));
    }
    must(atMostOnce).satisfy(came, { expected: 'one will of five at least', got: 'none' });
  },
});
