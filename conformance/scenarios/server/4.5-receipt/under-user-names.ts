// Messages reach their subscribers whatever user names their publishers and they have given: sections 3.1.3.4 and 4.5.
import { message } from '../../../wire/packets.ts';
import { scenario } from '../../scenario.ts';

const ways: Readonly<Record<string, { readonly password?: string }>> = {
  'a user name': {},
  'a user name and a password': { password: 'of mqttspec' },
};

export const underUserNames = scenario('messages-under-user-names', {
  title: 'Clients with a user name, and with a password too, exchange messages with one another and with all others',
  cites: { v3: ['MQTT-4.5.0-1'] },
  needs: ['qos 1'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const topicName = given.topicName();
    const { maximumQos } = given.capabilities;
    const levels = ([1, 2] as const).filter((qos) => qos <= maximumQos);
    const plain = await given.subscriber(topicName, { name: 'plain client', qos: maximumQos });
    const clients = [plain];
    for (const [name, password] of Object.entries(ways)) {
      const client = await given.connection(`client with ${name}`);
      const credentials = { userName: `u${given.clientId()}`, ...password };
      await when(client).sends(given.connect({ credentials }));
      const answer = await client.gets({ type: 'connack' });
      // A target may let in nobody whom it does not know.
      if (answer?.packet.type !== 'connack' || answer.packet.returnCode !== 0) continue;
      await given.subscription(client, topicName, maximumQos);
      clients.push(client);
    }
    if (clients.length === 1) given.skip('the target lets in nobody whom it does not know');
    for (const publisher of clients)
      for (const qos of levels)
        await when(publisher).publishes({ topicName, payload: `${publisher.name}, at QoS ${qos}`, qos });
    const pairs = clients.flatMap((publisher) => clients.map((client) => ({ publisher, client })));
    let heard = 0;
    await given.each(pairs, async ({ publisher, client }) => {
      const due = levels.map((qos) => message(`${publisher.name}, at QoS ${qos}`, { topicName, qos }));
      // An access list may keep whom it does not know from others without a word (MQTT-3.3.5-2), but it speaks of no QoS.
      const came = await Promise.all(due.map((one) => client.hasGot(one)));
      if (!came.includes(true) && !(publisher === plain && client === plain)) return;
      if (publisher !== client || publisher !== plain) heard++;
      for (const one of due) await must(client).receive(one);
    });
    if (heard === 0) given.skip('the target passes nothing on between clients that it does not know and others');
  },
});
