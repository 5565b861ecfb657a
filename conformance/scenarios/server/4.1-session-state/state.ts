// Session state: section 4.1.
import { message, pubcomp, publish, pubrec, pubrel } from '../../../wire/packets.ts';
import { sentinel } from '../../../wire/play/barrier.ts';
import { scenario } from '../../scenario.ts';

export const wholeState = scenario('whole-session-state', {
  title: 'Subscriptions, deliveries in flight and identifiers received are all still there when a session is resumed',
  cites: { v3: ['MQTT-4.1.0-1', 'MAY-4.1-b'] },
  needs: ['qos 2', 'several in flight'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must, observe }) {
    const [own, elsewhere] = [given.topicName('own'), given.topicName('elsewhere')];
    const watcher = await given.subscriber(elsewhere, { name: 'watcher', qos: 2 });
    const clientId = given.clientId();
    const before = await given.subscriber(own, { clientId, cleanSession: false, qos: 2, acknowledging: 'by hand' });
    const publisher = await given.client({ name: 'publisher' });
    await when(publisher).publishes({ topicName: own, payload: 'one', qos: 1 });
    await when(publisher).publishes({ topicName: own, payload: 'two', qos: 2 });
    for (const payload of ['one', 'two'])
      given.that((await before.awaits(message(payload))) !== undefined, `"${payload}" did not come`);
    await when(before).sends(publish({ topicName: elsewhere, payload: 'half', qos: 2, packetId: 5 }));
    given.that((await before.awaits(pubrec(5))) !== undefined, 'PUBLISH got no PUBREC');
    await when(before).cuts();
    const after = await given.client({ name: 'again', clientId, cleanSession: false });
    await must(after, 'MQTT-4.1.0-1').receive(message('one'));
    await must(after, 'MQTT-4.1.0-1').receive(message('two'));
    await when(after).sends(publish({ topicName: elsewhere, payload: 'half', qos: 2, packetId: 5, dup: true }));
    await must(after, 'MQTT-4.1.0-1').receive(pubrec(5));
    await when(after).sends(pubrel(5));
    await must(after, 'MQTT-4.1.0-1').receive(pubcomp(5));
    await must(watcher, 'MQTT-4.1.0-1').receiveExactly([message('half')], {
      until: sentinel(after, { topicName: elsewhere, qos: 2 }),
    });
    await when(publisher).publishes({ topicName: own, payload: 'live', qos: 1 });
    await must(after, 'MQTT-4.1.0-1').receive(message('live'));
    observe('the session outlived the gap between the connections', 'MAY-4.1-b');
  },
});

export const sessionLastsAsLongAsConnection = scenario('session-lasts-as-long-as-its-connection', {
  title: 'A session lasts as long as its connection, whatever others do, also such as have the same subscriptions',
  cites: { v3: ['MQTT-4.1.0-2'] },
  needs: ['qos 2'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const topicName = given.topicName();
    const others = Array.from({ length: 8 }, (_, i) => `${topicName}/${i}`);
    const patient = await given.subscriber([topicName, ...others], { name: 'patient', qos: 2 });
    await when(patient).sends(publish({ topicName: `${topicName}/own`, qos: 2, packetId: 3, payload: 'half' }));
    given.that((await patient.awaits(pubrec(3))) !== undefined, 'PUBLISH got no PUBREC');
    for (let i = 0; i < 20; i++) {
      const passing = await given.client({ name: 'passing', cleanSession: i % 2 === 0 });
      const topicFilter = [topicName, ...others][i / 2];
      if (topicFilter !== undefined) await given.subscription(passing, topicFilter, 2);
      if (i % 3 === 0) await when(passing).cuts();
      else await when(passing).disconnects();
    }
    const publisher = await given.client({ name: 'publisher' });
    await when(publisher).publishes({ topicName, payload: 'still', qos: 2 });
    await must(patient).receive(message('still', { qos: 2 }));
    for (const one of others) await when(publisher).publishes({ topicName: one, payload: 'still', qos: 2 });
    for (const one of others) await must(patient).receive(message('still', { topicName: one, qos: 2 }));
    await when(patient).sends(pubrel(3));
    await must(patient).receive(pubcomp(3));
  },
});

export const takeoverWhileInFlight = scenario('takeover-while-in-flight', {
  title: 'A client that is taken over while messages are in flight and queued loses none of them',
  cites: { v3: ['MQTT-4.1.0-1', 'MQTT-4.4.0-1', 'MQTT-3.1.4-3'] },
  needs: ['qos 2'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const topicName = given.topicName();
    const clientId = given.clientId();
    const older = await given.subscriber(topicName, {
      name: 'older',
      clientId,
      cleanSession: false,
      qos: 2,
      acknowledging: 'by hand',
    });
    const publisher = await given.client({ name: 'publisher' });
    // More than most targets have in flight at once.
    const payloads = Array.from({ length: 110 }, (_, i) => `message ${i}`);
    for (const payload of payloads) await when(publisher).publishes({ topicName, payload, qos: 2 });
    given.that((await older.awaits(message('message 0'))) !== undefined, 'the first message did not come');
    const newer = await given.client({ name: 'newer', clientId, cleanSession: false });
    const expected = payloads.map((payload) => message(payload, { qos: 2 }));
    await must(newer).receiveExactly(expected, { until: sentinel(publisher) });
  },
});
