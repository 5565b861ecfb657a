// The will of a client that ends in the middle of something, and of one that leaves so: section 3.1.2.5.
import { disconnect, message, pingreq } from '../../../wire/packets.ts';
import { sentinel } from '../../../wire/play/barrier.ts';
import type { Client } from '../../../wire/play/client.ts';
import type { Stage } from '../../../wire/play/stage.ts';
import { scenario } from '../../scenario.ts';
import { leftOpen } from './open-exchanges.ts';

/** None of it decides on the will. */
const inTheMiddle: typeof leftOpen = { ...leftOpen, 'nothing, after a PINGREQ': (_stage, client) => client.pings() };

const cases = Object.entries(inTheMiddle).flatMap(([what, open]) =>
  [true, false].flatMap((cleanSession) => [true, false].map((resumed) => ({ what, open, cleanSession, resumed }))),
);

/** A client with a will, on its first connection or on its second. */
async function mortal(
  { given, when }: Stage,
  { topicName, cleanSession, resumed }: { topicName: string; cleanSession: boolean; resumed: boolean },
): Promise<Client> {
  const clientId = given.clientId();
  if (resumed) await when(await given.client({ name: 'mortal before', clientId, cleanSession })).disconnects();
  const will = { topicName, message: 'will', qos: 1 } as const;
  return given.client({ name: 'mortal', clientId, cleanSession, will, acknowledging: 'by hand' });
}

export const publishedInTheMiddle = scenario('will-in-the-middle-of-an-exchange', {
  title: 'The will is published of a client that is cut in the middle of an exchange, whatever session it has',
  cites: { v3: ['MQTT-3.1.2-8'] },
  needs: ['qos 2'],
  async play(stage) {
    const { given, when, must } = stage;
    await given.each(cases, async ({ open, ...one }) => {
      const topicName = given.topicName('will');
      const watcher = await given.subscriber(topicName, { name: 'watcher', qos: 1 });
      const client = await mortal(stage, { topicName, ...one });
      await open(stage, client);
      await when(client).cuts();
      await must(watcher).receive(message('will', { topicName }), given.unhurriedMs);
    });
  },
});

export const noneInTheMiddle = scenario('no-will-after-disconnect-in-the-middle-of-an-exchange', {
  title: 'No will is published of a client that sends DISCONNECT in the middle of an exchange, whatever session it has',
  cites: { v3: ['MQTT-3.14.4-3', 'MQTT-3.1.2-10'] },
  needs: ['qos 2'],
  async play(stage) {
    const { given, when, must } = stage;
    await given.each(cases, async ({ open, ...one }) => {
      const topicName = given.topicName('will');
      const watcher = await given.subscriber(topicName, { name: 'watcher', qos: 1 });
      const client = await mortal(stage, { topicName, ...one });
      await open(stage, client);
      await when(client).disconnects();
      // CONNACK for the same client id: the target has done with the connection before.
      const last = await given.client({ name: 'the last', clientId: client.clientId });
      await must(watcher).receiveExactly([], { until: sentinel(last, { topicName, qos: 1 }) });
    });
  },
});

export const noneInOneSegment = scenario('no-will-after-disconnect-in-the-segment-of-connect', {
  title:
    'No will is published of a client that sends CONNECT and DISCONNECT in one segment, with and without packets between',
  cites: { v3: ['MQTT-3.14.4-3'] },
  async play({ given, when, must }) {
    await given.each([[], [pingreq()]], async (between) => {
      const [topicName, qos] = [given.topicName('will'), given.assuredQos];
      const watcher = await given.subscriber(topicName, { name: 'watcher', qos });
      const client = await given.connection('hasty');
      const clientId = given.clientId();
      const connect = given.connect({ clientId, will: { topicName, message: 'never', qos } });
      await when(client).sends(connect, ...between, disconnect());
      await client.connection.waitFor(() => client.connection.ending);
      await when(client).cuts();
      const last = await given.client({ name: 'the last', clientId });
      await must(watcher).receiveExactly([], { until: sentinel(last, { topicName, qos }) });
    });
  },
});

export const ofTheOlderAlone = scenario('will-of-a-client-without-one-that-took-over', {
  title: 'A client without a will that took over one with a will leaves none, and one with a will keeps its own',
  cites: { v3: ['MQTT-3.1.2-12', 'MQTT-3.1.2-10', 'MQTT-3.1.2-8'] },
  needs: ['qos 1'],
  async play({ given, when, must }) {
    const kinds = [true, false].flatMap((cleanSession) => [true, false].map((mortal) => ({ cleanSession, mortal })));
    await given.each(kinds, async ({ cleanSession, mortal }) => {
      const topicName = given.topicName('will');
      const watcher = await given.subscriber(topicName, { name: 'watcher', qos: 1 });
      const will = (text: string) => ({ will: { topicName, message: text, qos: 1 } as const });
      const older = await given.client({ name: 'older', cleanSession, ...will('of the older') });
      const { clientId } = older;
      const newer = await given.client({
        name: 'newer',
        clientId,
        cleanSession,
        ...(mortal ? will('of the newer') : {}),
      });
      // Whether the will of the older is due is judged elsewhere; it is over once a newcomer is served.
      await watcher.hasGot(message('of the older'), given.unhurriedMs);
      await watcher.pings();
      watcher.connection.pending = [];
      await when(newer).cuts();
      if (mortal) await must(watcher, 'MQTT-3.1.2-8').receive(message('of the newer'), given.unhurriedMs);
      const last = await given.client({ name: 'the last', clientId, cleanSession });
      await must(watcher, 'MQTT-3.1.2-12', 'MQTT-3.1.2-10').receiveExactly([], {
        until: sentinel(last, { topicName, qos: 1 }),
      });
    });
  },
});
