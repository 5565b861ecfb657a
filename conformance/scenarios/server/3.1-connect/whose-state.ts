// What belongs to a session, and by what a session is known: sections 3.1.2.4 and 3.1.3.1.
import { connack, message } from '../../../wire/packets.ts';
import { sentinel } from '../../../wire/play/barrier.ts';
import type { Client } from '../../../wire/play/client.ts';
import type { ConnectText } from '../../../wire/play/given.ts';
import { scenario } from '../../scenario.ts';

export const willOutlivesSession = scenario('retained-will-outlives-its-session', {
  title: 'A will that was retained is there also when the session of its client has been discarded',
  cites: { v3: ['MQTT-3.1.2-7', 'MQTT-3.1.2-17'] },
  needs: ['qos 1'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const due = message('gone', { retain: true });
    await given.each(['disconnects', 'cuts'] as const, async (how) => {
      const topicName = given.topicName('will');
      const will = { topicName, message: 'gone', qos: 1, retain: true } as const;
      const mortal = await given.client({ name: 'mortal', cleanSession: false, will });
      await when(mortal).cuts();
      const before = await given.newSubscriber(topicName, { name: 'before', qos: 1, finds: [due] });
      await must(before, 'MQTT-3.1.2-17').receive(message('gone'));
      const clean = await given.client({ name: 'clean', clientId: mortal.clientId });
      await when(clean)[how]();
      // CONNACK for the same client id: the target has done with the connection before.
      const again = await given.client({ name: 'clean again', clientId: mortal.clientId });
      await when(again).disconnects();
      const late = await given.newSubscriber(topicName, { name: 'late', qos: 1, finds: [due] });
      await must(late).receive(message('gone'));
    });
  },
});

export const oneUserName = scenario('clients-of-one-user-name', {
  title: 'Clients with the same user name and different client ids have sessions of their own',
  cites: { v3: ['MQTT-3.1.3-2', 'MQTT-4.1.0-1'] },
  needs: ['qos 1'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    // Who knows no users lets in anybody, under any name; who does gets that of its address.
    let credentials: Pick<ConnectText, 'credentials'> = {
      credentials: { userName: `u${given.clientId()}`, password: 'of mqttspec' },
    };
    const connects = async (name: string): Promise<Client> => {
      const client = await given.connection(name);
      await when(client).sends(given.connect({ cleanSession: false, ...credentials }));
      return client;
    };
    const isLetIn = async (client: Client): Promise<boolean> =>
      (await client.gets({ type: 'connack' })) !== undefined && client.isLetIn;
    let first = await connects('first');
    if (!(await isLetIn(first))) {
      if (given.userName === undefined) given.skip('the target lets nobody in under a user name that it does not know');
      credentials = {};
      first = await connects('first');
      given.that(await isLetIn(first), 'the first client could not connect');
    }
    const topicNames = [given.topicName('first'), given.topicName('second')] as const;
    await given.subscription(first, topicNames[0], 1);
    const publisher = await given.client({ name: 'publisher' });
    await when(publisher).publishes({ topicName: topicNames[0], payload: 'before', qos: 1 });
    // An access list may keep messages from whom it does not know, without a word.
    if (!(await first.hasGot(message('before'))) && given.userName === undefined)
      given.skip('the target passes on nothing to clients that it does not know');
    await must(first).receive(message('before'));

    const second = await connects('second');
    await must(second, 'MQTT-3.1.3-2').receive(connack({ returnCode: 0, sessionPresent: false }));
    await given.subscription(second, topicNames[1], 1);
    await must(first, 'MQTT-3.1.3-2').beServed();
    for (const topicName of topicNames) await when(publisher).publishes({ topicName, payload: 'live', qos: 1 });
    for (const [i, client] of [first, second].entries()) {
      const topicName = topicNames[i] ?? '';
      const until = sentinel(publisher, { topicName, qos: 1 });
      await must(client, 'MQTT-3.1.3-2').receiveExactly([message('live', { topicName })], { until });
    }

    await when(first).disconnects();
    await when(publisher).publishes({ topicName: topicNames[0], payload: 'queued', qos: 1 });
    const again = await given.connection('first again');
    await when(again).sends(given.connect({ clientId: first.clientId, cleanSession: false, ...credentials }));
    await must(again, 'MQTT-3.1.3-2', 'MQTT-4.1.0-1').receive(connack({ returnCode: 0, ...given.toldOfSession() }));
    await must(again, 'MQTT-3.1.3-2', 'MQTT-4.1.0-1').receive(message('queued', { topicName: topicNames[0] }));
    await must(second, 'MQTT-3.1.3-2').beServed();
  },
});
