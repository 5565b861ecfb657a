// A client id that is already connected: section 3.1.4, item 2.
import { connack, message } from '../../../wire/packets.ts';
import { sentinel } from '../../../wire/play/barrier.ts';
import type { Client } from '../../../wire/play/client.ts';
import type { Stage } from '../../../wire/play/stage.ts';
import * as raw from '../../../wire/raw.ts';
import { scenario } from '../../scenario.ts';
import { besideTheRest, doesEverything } from './open-exchanges.ts';

const flags = [true, false] as const;
const mixes = flags.flatMap((older) => flags.map((newer) => ({ older, newer })));

interface Older {
  readonly mortal?: true;
  /** What it does before the newer one comes. */
  readonly first?: (stage: Stage, client: Client) => Promise<unknown>;
}

/** None of this is a reason to keep the older one. */
const olderOnes: Readonly<Record<string, Older>> = {
  first: {},
  'first with a will': { mortal: true },
  'first with a subscription': {
    first: ({ given }, client) => given.subscription(client, given.topicName(), given.assuredQos),
  },
  'first that has done everything': { first: doesEverything },
  'first that owes an acknowledgement': {
    first: async ({ given, when }, client) => {
      const [topicName, qos] = [given.topicName(), given.assuredQos];
      await given.subscription(client, topicName, qos);
      await when(client).publishes({ topicName, payload: 'owed', qos });
      if (qos === 1) await given.arrival(client, message('owed'));
    },
  },
};

export const takeovers = mixes.map(({ older, newer }) =>
  scenario(`duplicate-client-id-clean-${older ? 1 : 0}-${newer ? 1 : 0}`, {
    title: `A second client with the same client id ends the first one (CleanSession ${older ? 1 : 0}, then ${newer ? 1 : 0})`,
    cites: { v3: ['MQTT-3.1.4-2', 'MQTT-3.1.4-3', 'MQTT-3.1.4-4', ...(older ? (['MQTT-3.1.2-6'] as const) : [])] },
    protocols: ['3.1.1', '3.1'],
    async play(stage) {
      const { given, when, must } = stage;
      const possible = Object.entries(olderOnes).filter(
        ([, { mortal }]) => mortal !== true || given.capabilities.refusedWills !== 'all',
      );
      await given.each(possible, async ([name, { mortal, first: acts }]) => {
        const will = mortal === true ? { will: { topicName: given.topicName('will'), message: 'gone' } } : {};
        const first = await given.client({ name, cleanSession: older, acknowledging: 'by hand', ...will });
        await acts?.(stage, first);
        const second = await given.connection('second');
        const text = name.endsWith('everything') ? besideTheRest(stage) : {};
        await when(second).sends(given.connect({ clientId: first.clientId, cleanSession: newer, ...text }));
        const accepted = connack({ returnCode: 0 });
        // Who turns the newer away and keeps the older has not ended the older.
        const keepsOlder = !(await second.hasGot(accepted)) && first.connection.isOpen;
        const answer = await must(second, 'MQTT-3.1.4-4', ...(keepsOlder ? (['MQTT-3.1.4-2'] as const) : [])).receive(
          accepted,
        );
        await must(first, 'MQTT-3.1.4-2').end();
        if ((older || newer) && given.protocol !== '3.1') {
          must(second, 'MQTT-3.1.4-3', ...(older ? (['MQTT-3.1.2-6'] as const) : [])).satisfy(
            answer?.sessionPresent !== true,
            { expected: 'Session Present 0', got: 'Session Present 1' },
          );
        }
        await must(second, 'MQTT-3.1.4-2').beServed();
      });
    },
  }),
);

export const takeoverChain = scenario('duplicate-client-id-ten-times', {
  title: 'Of ten clients with one client id the last stays, and only that one gets messages',
  cites: { v3: ['MQTT-3.1.4-2'] },
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    await given.each([true, false], async (cleanSession) => {
      const topicName = given.topicName();
      const clientId = given.clientId();
      const older = [];
      for (let i = 0; i < 9; i++) older.push(await given.client({ name: `older ${i}`, clientId, cleanSession }));
      const qos = given.assuredQos;
      const last = await given.subscriber(topicName, { name: 'last', clientId, cleanSession, qos });
      for (const client of older) await must(client).end();
      const publisher = await given.client({ name: 'publisher' });
      await when(publisher).publishes({ topicName, payload: 'one', qos });
      await must(last).receiveExactly([message('one')], { until: sentinel(publisher) });
    });
  },
});

export const refusedDoesNotEvict = scenario('refused-connect-does-not-evict', {
  title: 'A CONNECT that is refused does not end the client that has its client id',
  cites: { v3: ['MQTT-3.1.4-2'] },
  async play({ given, when, must }) {
    const online = await given.client({ name: 'online' });
    const intruder = await given.connection('intruder');
    const payload = [raw.field(online.clientId)];
    await when(intruder).sendsBytes(raw.connect({ protocolLevel: 99, payload }), 'CONNECT with an unsupported level');
    if ((await intruder.connection.waitFor(() => intruder.connection.ending)) === undefined)
      given.skip('the target accepts it, which is judged elsewhere');
    await must(online).beServed();
  },
});

export const takeoverFiresWill = flags.map((cleanSession) =>
  scenario(`will-after-takeover-clean-${cleanSession ? 1 : 0}`, {
    title: `The will is published when a client is taken over, whether or not the newer has one too (CleanSession ${cleanSession ? 1 : 0})`,
    cites: { v3: ['MQTT-3.1.2-8'] },
    protocols: ['3.1.1', '3.1'],
    async play({ given, must }) {
      await given.each(['of nobody', 'of the newer'], async (whose) => {
        const topicName = given.topicName('will');
        const qos = given.assuredQos;
        const watcher = await given.subscriber(topicName, { name: 'watcher', qos });
        const will = { topicName, message: 'taken over', qos };
        const older = await given.client({ name: 'older', cleanSession, will });
        const own = whose === 'of nobody' ? {} : { will: { ...will, message: whose } };
        await given.client({ name: 'newer', clientId: older.clientId, cleanSession, ...own });
        await must(watcher).receive(message('taken over'), given.unhurriedMs);
      });
    },
  }),
);

/** CONNECTs that have to be refused; whether they are is judged elsewhere. */
const refusable = {
  'an empty client id': { protocolLevel: 4, flags: 0, named: false },
  'level 6': { protocolLevel: 6, flags: 2, named: true },
} as const;

export const behindRefusal = scenario('packets-behind-a-refused-connect', {
  title: 'What follows a refused CONNECT is not processed',
  cites: { v3: ['MQTT-3.1.4-5'] },
  async play({ given, when, must }) {
    const publisher = await given.client({ name: 'publisher' });
    const watched: string[] = [];
    for (const [name, { named, ...connect }] of Object.entries(refusable)) {
      const topicName = given.topicName();
      const refused = await given.connection(name);
      const behind = raw.packet(0x31, raw.field(topicName), 'behind');
      await when(refused).sendsBytes(
        raw.bytes(raw.connect({ ...connect, payload: [raw.field(named ? given.clientId() : '')] }), behind),
        `CONNECT with ${name}, and a retained PUBLISH in the same segment`,
      );
      const answer = await refused.awaits({ type: 'connack' });
      if (answer?.packet.type !== 'connack' || answer.packet.returnCode !== 0) watched.push(topicName);
    }
    if (watched.length === 0) given.skip('the target accepts a CONNECT with an empty client id and one of level 6');
    for (const topicName of watched) {
      const late = await given.subscriber(topicName, { name: 'late' });
      await must(late).receiveExactly([], { until: sentinel(publisher, { topicName }) });
    }
  },
});
