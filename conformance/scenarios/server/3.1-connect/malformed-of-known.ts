// A malformed CONNECT with the client id of somebody who is known: nothing of that client is touched. Section 3.1.4.
import type { StatementId } from '../../../spec/catalogue.ts';
import { connack, message } from '../../../wire/packets.ts';
import { sentinel } from '../../../wire/play/barrier.ts';
import { closedOrRefused } from '../../../wire/play/reaction.ts';
import * as raw from '../../../wire/raw.ts';
import { scenario } from '../../scenario.ts';

const { connect, field } = raw;

interface Row {
  readonly title: string;
  readonly cites: StatementId;
  readonly bytes: (clientId: string, willTopic: string) => Uint8Array;
}

const will = (topicName: string) => [field(topicName), field('of nobody')] as const;

const rows: readonly Row[] = [
  {
    title: 'bit 0 of Connect Flags set',
    cites: 'MQTT-3.1.2-3',
    bytes: (id) => connect({ flags: 0x01, payload: [field(id)] }),
  },
  {
    title: 'bit 0 of Connect Flags set, CleanSession 1 and a will',
    cites: 'MQTT-3.1.2-3',
    bytes: (id, willTopic) => connect({ flags: 0x07, payload: [field(id), ...will(willTopic)] }),
  },
  {
    title: 'Will QoS 3',
    cites: 'MQTT-3.1.2-14',
    bytes: (id, willTopic) => connect({ flags: 0x1c, payload: [field(id), ...will(willTopic)] }),
  },
  {
    title: 'Password Flag 1 and User Name Flag 0',
    cites: 'MQTT-3.1.2-22',
    bytes: (id) => connect({ flags: 0x40, payload: [field(id), field('password')] }),
  },
];

export const leavesTheClientAlone = scenario('malformed-connect-leaves-a-known-client-alone', {
  title:
    'A malformed CONNECT with the id of a connected client, or of a stored session, ends neither and changes nothing',
  cites: {
    v3: [
      'MQTT-3.1.2-3',
      'MQTT-3.1.2-14',
      'MQTT-3.1.2-22',
      'MQTT-3.1.4-1',
      'MQTT-3.1.4-2',
      'MQTT-3.1.2-8',
      'MQTT-4.1.0-1',
    ],
  },
  needs: ['qos 1'],
  async play({ given, when, must }) {
    const [willTopic, control] = [given.topicName('will'), given.topicName('control')];
    const watcher = await given.subscriber([willTopic, control], { name: 'watcher', qos: 1 });
    const publisher = await given.client({ name: 'publisher' });
    await given.each(rows, async ({ title, cites, bytes }) => {
      const topicName = given.topicName();
      const online = await given.subscriber(topicName, {
        name: 'online',
        cleanSession: false,
        qos: 1,
        will: { topicName: willTopic, message: `of who is online: ${title}`, qos: 1 },
      });
      const intrudes = async (): Promise<void> => {
        const intruder = await given.connection('intruder');
        await when(intruder).sendsBytes(bytes(online.clientId, willTopic), `CONNECT with ${title}`);
        await must(intruder, cites, 'MQTT-3.1.4-1').reactByOneOf(closedOrRefused(given));
      };
      await intrudes();
      await must(online, 'MQTT-3.1.4-2').beServed();
      await when(publisher).publishes({ topicName, payload: 'live', qos: 1 });
      await must(online, 'MQTT-4.1.0-1').receive(message('live'));
      await when(online).disconnects();
      await intrudes();
      await when(publisher).publishes({ topicName, payload: 'queued', qos: 1 });
      const back = await given.connection('back');
      await when(back).sends(given.connect({ clientId: online.clientId, cleanSession: false }));
      await must(back, 'MQTT-4.1.0-1').receive(connack({ returnCode: 0, ...given.toldOfSession() }));
      await must(back, 'MQTT-4.1.0-1').receive(message('queued'));
    });
    await must(watcher, 'MQTT-3.1.2-8').receiveExactly([], {
      until: sentinel(publisher, { topicName: willTopic, qos: 1 }),
    });
  },
});
