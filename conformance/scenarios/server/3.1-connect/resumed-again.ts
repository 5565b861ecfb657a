// A stored session over many connections, and after one of CleanSession 1: section 3.1.2.4.
import { connack, message, pubcomp, publish, pubrec, pubrel } from '../../../wire/packets.ts';
import { ping, sentinel } from '../../../wire/play/barrier.ts';
import type { Client } from '../../../wire/play/client.ts';
import type { Stage } from '../../../wire/play/stage.ts';
import * as raw from '../../../wire/raw.ts';
import { scenario } from '../../scenario.ts';

/** Ways in which a connection ends, none of which ends its session. */
const ends: readonly (readonly [how: string, ends: (stage: Stage, client: Client) => Promise<unknown>])[] = [
  ['DISCONNECT', ({ when }, client) => when(client).disconnects()],
  ['FIN', ({ when }, client) => when(client).cuts('FIN')],
  [
    'a malformed packet',
    async ({ when }, client) => {
      await when(client).sendsBytes(raw.hex('F0 00'), 'a packet of the reserved type 15');
      await client.connection.waitFor(() => client.connection.ending);
      await when(client).cuts();
    },
  ],
  ['RST', ({ when }, client) => when(client).cuts('RST')],
  ['DISCONNECT again', ({ when }, client) => when(client).disconnects()],
  [
    'a second CONNECT',
    async ({ given, when }, client) => {
      await when(client).sends(given.connect({ clientId: client.clientId, cleanSession: false }));
      await client.connection.waitFor(() => client.connection.ending);
      await when(client).cuts();
    },
  ],
];

export const resumedAgain = scenario('session-resumed-after-every-end', {
  title:
    'A session is resumed again and again, however each connection ends: it is told of, queued messages come, and live ones',
  cites: { v3: ['MQTT-3.1.2-4', 'MQTT-3.1.2-5', 'MQTT-3.2.2-2', 'MQTT-4.1.0-1', 'MQTT-4.5.0-1'] },
  needs: ['qos 2', 'wildcards'],
  protocols: ['3.1.1', '3.1'],
  async play(stage) {
    const { given, when, must } = stage;
    const base = given.topicName('s');
    const names = [`${base}/exact`, `${base}/plus/x`, `${base}/hash/x/y`];
    const filters = [`${base}/exact`, `${base}/+/x`, `${base}/hash/#`];
    let client = await given.subscriber(filters, { cleanSession: false, qos: 2 });
    const publisher = await given.client({ name: 'publisher' });
    const publishesAll = async (payload: string): Promise<void> => {
      for (const topicName of names) await when(publisher).publishes({ topicName, payload, qos: 2 });
    };
    const will = { topicName: given.topicName('will'), message: 'gone', qos: 0 } as const;
    for (const [i, [how, end]] of ends.entries()) {
      await end(stage, client);
      await publishesAll(`queued after ${how}`);
      const again = await given.connection('subscriber again');
      // What else a CONNECT says has nothing to do with its session.
      const text = i % 2 === 1 && given.capabilities.refusedWills === 'none' ? { keepAlive: 600, will } : {};
      await when(again).sends(given.connect({ clientId: client.clientId, cleanSession: false, ...text }));
      await must(again, 'MQTT-3.2.2-2', 'MQTT-3.1.2-4', 'MQTT-4.1.0-1').receive(
        connack({ returnCode: 0, ...given.toldOfSession() }),
      );
      await publishesAll(`live after ${how}`);
      // A session without its subscriptions has no queue either: what is live tells the one from the other.
      const all = (what: string) => names.map((topicName) => message(`${what} after ${how}`, { topicName, qos: 2 }));
      for (const one of all('live')) await must(again, 'MQTT-3.1.2-4', 'MQTT-4.1.0-1').receive(one);
      for (const one of all('queued')) await must(again, 'MQTT-3.1.2-5', 'MQTT-4.5.0-1').receive(one);
      await must(again, 'MQTT-3.1.2-4', 'MQTT-4.1.0-1').receiveExactly([], { until: sentinel(publisher) });
      client = again;
      await given.settled(client);
    }
  },
});

export const cleanEndsByAnyEnd = scenario('clean-session-leaves-nothing-after-any-end', {
  title: 'A session of CleanSession 1 leaves nothing to a later one, however its connection ends',
  cites: { v3: ['MQTT-3.1.2-6', 'MQTT-3.2.2-3'] },
  async play(stage) {
    const { given, must } = stage;
    await given.each(ends.slice(1, 4), async ([, end]) => {
      const clean = await given.subscriber(given.topicName(), { qos: given.assuredQos });
      await end(stage, clean);
      // Who is not let in again so soon says nothing about what was left.
      const later = await given.client({ name: 'later', clientId: clean.clientId, cleanSession: false });
      must(later).satisfy(later.sessionPresent !== true, {
        expected: 'Session Present 0',
        got: 'Session Present 1',
      });
    });
  },
});

const successions = [
  { older: false, newer: true, away: true },
  { older: false, newer: true, away: false },
  { older: true, newer: true, away: true },
  { older: true, newer: true, away: false },
  { older: true, newer: false, away: true },
  { older: true, newer: false, away: false },
] as const;

const ofEveryQos = [
  { below: 'exact', qos: 1, matched: 'exact' },
  { below: 'exact at 2', qos: 2, matched: 'exact at 2' },
  { below: 'exact at 0', qos: 0, matched: 'exact at 0' },
  { below: '+/x', qos: 1, matched: 'plus/x' },
  { below: 'a/+', qos: 2, matched: 'a/b' },
  { below: 'hash/#', qos: 1, matched: 'hash/x/y' },
  { below: 'hash at 2/#', qos: 2, matched: 'hash at 2/x' },
] as const;

export const cleanDiscardsSubscriptions = scenario('clean-session-discards-every-subscription', {
  title:
    'CleanSession 1 discards every subscription, whatever its filter and its QoS, of a client that is away and of one that is there',
  cites: { v3: ['MQTT-3.1.2-6', 'MQTT-3.1.4-3'] },
  needs: ['qos 1', 'wildcards'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    let letIn = 0;
    await given.each(successions, async ({ older, newer, away }) => {
      const base = given.topicName('s');
      const control = `${base}/control`;
      const before = await given.client({ name: 'older', cleanSession: older });
      const possible = ofEveryQos.filter(({ qos }) => qos <= given.capabilities.maximumQos);
      for (const { below, qos } of possible) await given.subscription(before, `${base}/${below}`, qos);
      if (away) await when(before).disconnects();
      const { clientId } = before;
      const after = await given.connection('newer');
      const will = { topicName: `${base}/will`, message: 'gone', qos: 0 } as const;
      const text = away && given.capabilities.refusedWills === 'none' ? { will } : {};
      await when(after).sends(given.connect({ clientId, cleanSession: newer, ...text }));
      // That who takes over is let in is judged elsewhere.
      if ((await after.gets({ type: 'connack' })) === undefined || !after.isLetIn) return;
      letIn++;
      await given.subscription(after, control, 1);
      await before.connection.waitFor(() => before.connection.ending);
      const publisher = await given.client({ name: 'publisher' });
      for (const { matched } of possible)
        await when(publisher).publishes({ topicName: `${base}/${matched}`, payload: 'fresh', qos: 1 });
      await must(after).receiveExactly([], { until: sentinel(publisher, { topicName: control, qos: 1 }) });
    });
    given.that(letIn > 0, 'nobody was let in under the client id of another');
  },
});

export const cleanDiscardsHandshakes = scenario('clean-session-discards-handshakes', {
  title:
    'CleanSession 1 discards every handshake that is open, in both directions, and nothing of the old session comes back',
  cites: { v3: ['MQTT-3.1.2-6', 'MQTT-3.2.2-3', 'MQTT-3.1.4-3'] },
  needs: ['qos 2', 'several in flight'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    await given.each(['cut', 'taken over'], async (how) => {
      const [own, elsewhere] = [given.topicName('own'), given.topicName('elsewhere')];
      const watcher = await given.subscriber(elsewhere, { name: 'watcher', qos: 2 });
      const before = await given.subscriber(own, { cleanSession: false, qos: 2, acknowledging: 'by hand' });
      const publisher = await given.client({ name: 'publisher' });
      for (const qos of [1, 2] as const) await when(publisher).publishes({ topicName: own, payload: `at ${qos}`, qos });
      await given.arrival(before, message('at 1'));
      await when(publisher).publishes({ topicName: own, payload: 'released', qos: 2 });
      const { packetId = 0 } = await given.arrival(before, message('released'));
      await when(before).sends(pubrec(packetId));
      await given.arrival(before, pubrel(packetId));
      await when(before).sends(publish({ topicName: elsewhere, payload: 'half', qos: 2, packetId: 5 }));
      await given.arrival(before, pubrec(5));
      if (how === 'cut') await when(before).cuts();

      const { clientId } = before;
      const clean = await given.client({ name: 'clean', clientId, acknowledging: 'by hand' });
      await must(clean, 'MQTT-3.1.2-6', 'MQTT-3.1.4-3').receiveExactly([], { until: ping() });
      const old = clean.connection.pending.some(({ packet }) => packet.type === 'pubrel');
      must(clean, 'MQTT-3.1.2-6').satisfy(!old, { expected: 'no PUBREL of the old session', got: 'a PUBREL' });
      // No message of the session before has this identifier any more.
      await when(clean).sends(publish({ topicName: elsewhere, payload: 'new', qos: 2, packetId: 5 }));
      await given.arrival(clean, pubrec(5));
      await when(clean).sends(pubrel(5));
      await given.arrival(clean, pubcomp(5));
      await must(watcher, 'MQTT-3.1.2-6', 'MQTT-3.1.4-3').receive(message('new'));
      await when(clean).disconnects();

      const later = await given.connection('later');
      await when(later).sends(given.connect({ clientId, cleanSession: false }));
      await must(later, 'MQTT-3.2.2-3', 'MQTT-3.1.2-6').receive(connack({ returnCode: 0, sessionPresent: false }));
      await when(publisher).publishes({ topicName: own, payload: 'fresh', qos: 1 });
      await given.subscription(later, `${own}/control`, 1);
      await must(later, 'MQTT-3.1.2-6').receiveExactly([], {
        until: sentinel(publisher, { topicName: `${own}/control`, qos: 1 }),
      });
    });
  },
});

export const refusedLeavesSession = scenario('refused-connect-leaves-the-session', {
  title: 'A CONNECT that is refused leaves the stored session of its client id as it is',
  cites: { v3: ['MQTT-3.1.2-4', 'MQTT-4.1.0-1', 'MQTT-3.2.2-2'] },
  needs: ['qos 1'],
  async play({ given, when, must }) {
    const topicName = given.topicName();
    const away = await given.subscriber(topicName, { cleanSession: false, qos: 1 });
    await when(away).disconnects();
    const publisher = await given.client({ name: 'publisher' });
    await when(publisher).publishes({ topicName, payload: 'queued', qos: 1 });
    const refused = await given.connection('refused');
    const payload = [raw.field(away.clientId)];
    await when(refused).sendsBytes(raw.connect({ protocolLevel: 99, payload }), 'CONNECT with an unsupported level');
    if ((await refused.connection.waitFor(() => refused.connection.ending)) === undefined)
      given.skip('the target accepts it, which is judged elsewhere');
    const back = await given.connection('subscriber again');
    await when(back).sends(given.connect({ clientId: away.clientId, cleanSession: false }));
    await must(back).receive(connack({ returnCode: 0, ...given.toldOfSession() }));
    await must(back, 'MQTT-3.1.2-4', 'MQTT-4.1.0-1').receive(message('queued'));
  },
});
