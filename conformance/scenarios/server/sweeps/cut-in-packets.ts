// The connection is cut behind every single byte of each kind of packet that a client sends: nothing of that packet may have
// happened, the will comes, the session can be resumed, and the packet sent again works.
import {
  message,
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
import { sentinel } from '../../../wire/play/barrier.ts';
import { scenario } from '../../scenario.ts';
import { allComeBack, cutAtEveryByte } from './cut.ts';

export const cutInPublishQos0 = scenario('cut-in-publish-qos-0', {
  title: 'A QoS 0 PUBLISH that is cut off at any byte is not delivered, and the will comes',
  cites: { v3: ['MQTT-3.1.2-8', 'MQTT-3.1.2-4', 'MQTT-3.3.2-1'] },
  needs: ['wildcards'],
  protocols: ['3.1.1', '3.1'],
  long: true,
  async play(stage) {
    const { given, when, must } = stage;
    const packetOf = (topicName: string) => publish({ topicName, payload: 'cut' });
    const qos = given.assuredQos;
    const sweep = await cutAtEveryByte(stage, { packetOf, watchTopics: qos });
    await allComeBack(stage, sweep);
    await given.each(sweep.victims, ({ client, topicName }) =>
      when(client).publishes({ topicName, payload: 'cut', qos }),
    );
    const { watcher, victims } = sweep;
    const expected = victims.map(({ topicName }) => message('cut', { topicName }));
    await given.each(victims, async ({ client }) =>
      given.that(await client.pings(), 'a client that came back is not served'),
    );
    const last = victims.at(-1);
    if (last !== undefined)
      await must(watcher, 'MQTT-3.3.2-1').receiveExactly(expected, {
        until: sentinel(last.client),
        someMayBeLost: true,
      });
  },
});

export const cutInPublishQos1 = scenario('cut-in-publish-qos-1', {
  title:
    'A QoS 1 PUBLISH that is cut off at any byte has not happened; sent again with DUP 1 it is acknowledged and delivered',
  cites: { v3: ['MQTT-3.1.2-8', 'MQTT-3.1.2-4', 'MQTT-4.3.2-2'] },
  needs: ['wildcards', 'qos 1'],
  protocols: ['3.1.1', '3.1'],
  long: true,
  async play(stage) {
    const { given, when, must } = stage;
    const packetOf = (topicName: string) => publish({ topicName, payload: 'cut', qos: 1, packetId: 7 });
    const sweep = await cutAtEveryByte(stage, { packetOf, watchTopics: 1 });
    await allComeBack(stage, sweep);
    await given.each(sweep.victims, async ({ client, topicName }) => {
      await when(client).sends(publish({ topicName, payload: 'cut', qos: 1, packetId: 7, dup: true }));
      await must(client, 'MQTT-4.3.2-2').receive(puback(7));
    });
    const expected = sweep.victims.map(({ topicName }) => message('cut', { topicName }));
    const last = sweep.victims.at(-1);
    if (last !== undefined)
      await must(sweep.watcher, 'MQTT-4.3.2-2').receiveExactly(expected, { until: sentinel(last.client) });
  },
});

export const cutInPublishQos2 = scenario('cut-in-publish-qos-2', {
  title: 'A QoS 2 PUBLISH that is cut off at any byte has not happened; sent again with DUP 1 it is delivered once',
  cites: { v3: ['MQTT-3.1.2-8', 'MQTT-3.1.2-4', 'MQTT-4.3.3-2'] },
  needs: ['wildcards', 'qos 2'],
  protocols: ['3.1.1', '3.1'],
  long: true,
  async play(stage) {
    const { given, when, must } = stage;
    const packetOf = (topicName: string) => publish({ topicName, payload: 'cut', qos: 2, packetId: 7 });
    const sweep = await cutAtEveryByte(stage, { packetOf, watchTopics: 2 });
    await allComeBack(stage, sweep);
    await given.each(sweep.victims, async ({ client, topicName }) => {
      await when(client).sends(publish({ topicName, payload: 'cut', qos: 2, packetId: 7, dup: true }));
      await must(client, 'MQTT-4.3.3-2').receive(pubrec(7));
      await when(client).sends(pubrel(7));
      await must(client, 'MQTT-4.3.3-2').receive(pubcomp(7));
    });
    const expected = sweep.victims.map(({ topicName }) => message('cut', { topicName }));
    const last = sweep.victims.at(-1);
    if (last !== undefined)
      await must(sweep.watcher, 'MQTT-4.3.3-2').receiveExactly(expected, { until: sentinel(last.client) });
  },
});

export const cutInPubrel = scenario('cut-in-pubrel', {
  title:
    'After a PUBREL that is cut off at any byte the handshake goes on with PUBREL, and the message is delivered once',
  cites: { v3: ['MQTT-3.1.2-8', 'MQTT-3.1.2-4', 'MQTT-4.3.3-2'] },
  needs: ['wildcards', 'qos 2'],
  protocols: ['3.1.1', '3.1'],
  long: true,
  async play(stage) {
    const { given, when, must } = stage;
    const sweep = await cutAtEveryByte(stage, {
      packetOf: () => pubrel(7),
      watchTopics: 2,
      prepare: async ({ client, topicName }) => {
        client.connection.send(publish({ topicName, payload: 'cut', qos: 2, packetId: 7 }));
        given.that((await client.awaits(pubrec(7))) !== undefined, 'a PUBLISH got no PUBREC');
      },
    });
    await allComeBack(stage, sweep);
    await given.each(sweep.victims, async ({ client }) => {
      await when(client).sends(pubrel(7));
      await must(client, 'MQTT-4.3.3-2').receive(pubcomp(7));
    });
    const expected = sweep.victims.map(({ topicName }) => message('cut', { topicName }));
    const last = sweep.victims.at(-1);
    if (last === undefined) return;
    const until = sentinel(last.client, { topicName: last.topicName, qos: 2 });
    await must(sweep.watcher, 'MQTT-4.3.3-2').receiveExactly(expected, { until });
  },
});

export const cutInSubscribe = scenario('cut-in-subscribe', {
  title: 'A SUBSCRIBE that is cut off at any byte has not happened; sent again it is acknowledged and works',
  cites: { v3: ['MQTT-3.1.2-8', 'MQTT-3.1.2-4', 'MQTT-3.8.4-1'] },
  needs: ['wildcards', 'qos 1'],
  protocols: ['3.1.1', '3.1'],
  long: true,
  async play(stage) {
    const { given, when, must } = stage;
    const packetOf = (topicFilter: string) => subscribe(7, { topicFilter, qos: 1 });
    const sweep = await cutAtEveryByte(stage, { packetOf, watchTopics: 1 });
    await allComeBack(stage, sweep);
    const publisher = await given.client({ name: 'publisher' });
    await given.each(sweep.victims, ({ topicName }) =>
      when(publisher).publishes({ topicName, payload: 'before', qos: 1 }),
    );
    // An acknowledged message may still be on its way: where the watcher has it, it was given to all who had subscribed.
    await given.each(sweep.victims, async ({ topicName }) => {
      const came = await sweep.watcher.awaits(message('before', { topicName }), given.unhurriedMs);
      given.that(came !== undefined, 'a message that was acknowledged was not delivered');
    });
    await given.each(sweep.victims, async ({ client, topicName }) => {
      // Who keeps one message in flight sends no sentinel before the message ahead of it is acknowledged.
      client.acknowledging = 'automatically';
      await when(client).sends(packetOf(topicName));
      await must(client, 'MQTT-3.8.4-1').receive(suback(7));
      await when(publisher).publishes({ topicName, payload: 'after', qos: 1 });
      const until = sentinel(publisher, { topicName, qos: 1 });
      await must(client, 'MQTT-3.8.4-1').receiveExactly([message('after')], { until });
    });
  },
});

export const cutInUnsubscribe = scenario('cut-in-unsubscribe', {
  title: 'An UNSUBSCRIBE that is cut off at any byte has not happened; sent again it is acknowledged',
  cites: { v3: ['MQTT-3.1.2-8', 'MQTT-3.1.2-4', 'MQTT-3.10.4-4'] },
  needs: ['wildcards', 'qos 1'],
  protocols: ['3.1.1', '3.1'],
  long: true,
  async play(stage) {
    const { given, when, must } = stage;
    const packetOf = (topicFilter: string) => unsubscribe(7, topicFilter);
    const sweep = await cutAtEveryByte(stage, {
      packetOf,
      prepare: ({ client, topicName }) => given.subscription(client, topicName, 1),
    });
    await allComeBack(stage, sweep, { subscribed: true });
    const publisher = await given.client({ name: 'publisher' });
    await given.each(sweep.victims, async ({ client, topicName }) => {
      await when(publisher).publishes({ topicName, payload: 'still', qos: 1 });
      await must(client, 'MQTT-3.1.2-4').receive(message('still'));
      await when(client).sends(packetOf(topicName));
      await must(client, 'MQTT-3.10.4-4').receive(unsuback(7));
    });
  },
});

/** A subscriber is cut in its answer: what it had not acknowledged comes again. */
export const cutInAnswers = [
  {
    id: 'puback',
    qos: 1,
    title: 'After a PUBACK that is cut off the PUBLISH comes again with DUP 1 and the same identifier',
  },
  {
    id: 'pubrec',
    qos: 2,
    title: 'After a PUBREC that is cut off the PUBLISH comes again with DUP 1 and the same identifier',
  },
  { id: 'pubcomp', qos: 2, title: 'After a PUBCOMP that is cut off the PUBREL comes again with the same identifier' },
].map(({ id, title }) =>
  scenario(`cut-in-${id}`, {
    title,
    cites: { v3: ['MQTT-3.1.2-8', 'MQTT-3.1.2-4', 'MQTT-4.4.0-1', 'MQTT-3.3.1-1'] },
    needs: ['wildcards', id === 'puback' ? 'qos 1' : 'qos 2'],
    protocols: ['3.1.1', '3.1'],
    long: true,
    async play(stage) {
      const { given, when, must } = stage;
      const qos = id === 'puback' ? 1 : 2;
      // The identifier is the target's choice: its bytes are those of the first message of a fresh session, or the sweep is shifted.
      const identifiers = new Map<string, number>();
      const publisher = await given.client({ name: 'publisher' });
      const answerOf = (packetId: number) =>
        id === 'puback' ? puback(packetId) : id === 'pubrec' ? pubrec(packetId) : pubcomp(packetId);
      const sweep = await cutAtEveryByte(stage, {
        packetOf: (topicName) => answerOf(identifiers.get(topicName) ?? 1),
        prepare: async ({ client, topicName }) => {
          await given.subscription(client, topicName, qos);
          await when(publisher).publishes({ topicName, payload: 'owed', qos });
          const owed = await client.awaits(message('owed', { qos }));
          given.that(owed !== undefined, 'the message was not delivered');
          const packetId = owed?.packet.type === 'publish' ? (owed.packet.packetId ?? 0) : 0;
          identifiers.set(topicName, packetId);
          if (id !== 'pubcomp') return;
          client.connection.send(pubrec(packetId));
          given.that((await client.awaits(pubrel(packetId))) !== undefined, 'PUBREC got no PUBREL');
        },
      });
      await allComeBack(stage, sweep, { subscribed: true });
      await given.each(sweep.victims, async ({ client, topicName }) => {
        const packetId = identifiers.get(topicName) ?? 0;
        if (id === 'pubcomp') {
          await must(client, 'MQTT-4.4.0-1').receive(pubrel(packetId));
        } else {
          const again = await must(client, 'MQTT-4.4.0-1').receive(message('owed', { packetId }));
          must(client, 'MQTT-3.3.1-1').satisfy(again?.dup === true, { expected: 'DUP 1', got: 'DUP 0' });
        }
        await when(client).sends(answerOf(packetId));
      });
    },
  }),
);

export const cutInDisconnect = scenario('cut-in-disconnect', {
  title: 'Half a DISCONNECT is none: the will comes',
  cites: { v3: ['MQTT-3.1.2-8'] },
  needs: ['wildcards'],
  protocols: ['3.1.1', '3.1'],
  async play(stage) {
    await cutAtEveryByte(stage, { packetOf: () => ({ type: 'disconnect' }) });
  },
});

export const cutInPingreq = scenario('cut-in-pingreq', {
  title: 'After half a PINGREQ the will comes',
  cites: { v3: ['MQTT-3.1.2-8'] },
  needs: ['wildcards'],
  protocols: ['3.1.1', '3.1'],
  async play(stage) {
    await cutAtEveryByte(stage, { packetOf: () => ({ type: 'pingreq' }) });
  },
});
