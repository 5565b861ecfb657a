// What is due comes by itself: it does not wait for the client to send something else. Chapters 3 and 4.
import type { StatementId } from '../../../spec/catalogue.ts';
import {
  type Expected,
  puback,
  pubcomp,
  publish,
  pubrec,
  pubrel,
  suback,
  subscribe,
  unsuback,
  unsubscribe,
} from '../../../wire/packets.ts';
import type { Client } from '../../../wire/play/client.ts';
import type { Stage } from '../../../wire/play/stage.ts';
import { type Need, scenario } from '../../scenario.ts';

interface Row {
  readonly id: string;
  readonly cites: readonly StatementId[];
  readonly needs?: readonly Need[];
  /** Brings a client to where something is due to it, and says what. */
  readonly asks: (stage: Stage) => Promise<{ readonly client: Client; readonly due: Expected }>;
}

/** Any will do. */
const packetId = 65_535;

const rows: readonly Row[] = [
  {
    id: 'puback',
    cites: ['MQTT-3.3.4-1', 'MQTT-4.3.2-2'],
    asks: async ({ given, when }) => {
      const client = await given.client({ name: 'publisher' });
      await when(client).sends(publish({ topicName: given.topicName(), payload: 'x', qos: 1, packetId }));
      return { client, due: puback(packetId) };
    },
  },
  {
    id: 'pubrec',
    cites: ['MQTT-3.3.4-1', 'MQTT-4.3.3-2'],
    needs: ['qos 2'],
    asks: async ({ given, when }) => {
      const client = await given.client({ name: 'publisher' });
      await when(client).sends(publish({ topicName: given.topicName(), payload: 'x', qos: 2, packetId }));
      return { client, due: pubrec(packetId) };
    },
  },
  {
    id: 'pubcomp',
    cites: ['MQTT-4.3.3-2'],
    needs: ['qos 2'],
    asks: async ({ given, when }) => {
      const client = await given.client({ name: 'publisher' });
      await when(client).sends(publish({ topicName: given.topicName(), payload: 'x', qos: 2, packetId }));
      await given.arrival(client, pubrec(packetId));
      await when(client).sends(pubrel(packetId));
      return { client, due: pubcomp(packetId) };
    },
  },
  {
    id: 'suback',
    cites: ['MQTT-3.8.4-1'],
    asks: async ({ given, when }) => {
      const client = await given.client({ name: 'subscriber' });
      await when(client).sends(subscribe(packetId, { topicFilter: given.topicName(), qos: 0 }));
      return { client, due: suback(packetId) };
    },
  },
  {
    id: 'unsuback',
    cites: ['MQTT-3.10.4-4'],
    asks: async ({ given, when }) => {
      const topicName = given.topicName();
      const client = await given.subscriber(topicName);
      await when(client).sends(unsubscribe(packetId, topicName));
      return { client, due: unsuback(packetId) };
    },
  },
];

export const comesByItself = rows.map(({ id, cites, needs = [], asks }) =>
  scenario(`${id}-comes-unprompted`, {
    title: `${id.toUpperCase()} comes although the client sends nothing more`,
    cites: { v3: cites },
    needs,
    timed: true,
    async play(stage) {
      const { given, must } = stage;
      const once = async () => {
        const { client, due } = await asks(stage);
        return { client, due, how: await client.getsUnprompted(due) };
      };
      const first = await once();
      // What was held back once may have been late: it is seen three times of three before anybody is blamed.
      const others = first.how === 'held back' ? await Promise.all([once(), once()]) : [];
      const all = [first, ...others];
      given.that(!all.some(({ how }) => how === 'busy'), 'the target is too slow to be judged');
      if (others.length === 0) await must(first.client).receive(first.due);
      else
        must(first.client).satisfy(!all.every(({ how }) => how === 'held back'), {
          expected: `${id.toUpperCase()} in time, three times`,
          got: 'each time it comes as soon as the client sends PINGREQ, and not before, however long that takes',
        });
    },
  }),
);
