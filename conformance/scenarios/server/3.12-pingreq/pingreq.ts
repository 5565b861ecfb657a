// PINGREQ, section 3.12: the base of every barrier.
import { message, pingreq, pingresp, pubcomp, publish, pubrec, pubrel, unsuback } from '../../../wire/packets.ts';
import { scenario } from '../../scenario.ts';

export const pingreqAnswered = scenario('pingreq-answered', {
  title: 'PINGREQ is answered by PINGRESP, each one by its own',
  cites: { v3: ['MQTT-3.12.4-1', 'MAY-3.1.2.10-c'] },
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const client = await given.client();

    await when(client).sends(pingreq());
    await must(client).receive(pingresp());

    await when(client).sends(pingreq(), pingreq(), pingreq());
    await must(client).receive(pingresp());
    await must(client).receive(pingresp());
    await must(client).receive(pingresp());

    await given.subscription(client, given.topicName(), 0);
    const surplus = client.connection.pending.some(({ packet }) => packet.type === 'pingresp');
    must(client).satisfy(!surplus, { expected: 'one PINGRESP for each PINGREQ', got: 'one more' });
  },
});

export const pingreqBehindConnect = scenario('pingreq-behind-connect', {
  title: 'PINGREQ in the same segment as CONNECT is answered',
  cites: { v3: ['MQTT-3.12.4-1', 'MAY-3.1.2.10-c'] },
  async play({ given, when, must }) {
    const client = await given.connection();
    await when(client).sends(given.connect(), pingreq());
    await must(client).receive(pingresp());
  },
});

export const pingreqInsideHandshake = scenario('pingreq-inside-a-handshake', {
  title: 'PINGREQ between the packets of a QoS 2 handshake is answered, and does not disturb it',
  cites: { v3: ['MQTT-3.12.4-1', 'MAY-3.1.2.10-c', 'MQTT-4.3.3-2'] },
  needs: ['qos 2'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const client = await given.client();
    await when(client).sends(publish({ topicName: given.topicName(), qos: 2, packetId: 1 }), pingreq());
    await must(client, 'MQTT-4.3.3-2').receive(pubrec(1));
    await must(client, 'MQTT-3.12.4-1').receive(pingresp());
    await when(client).sends(pingreq(), pubrel(1), pingreq());
    await must(client, 'MQTT-4.3.3-2').receive(pubcomp(1));
    await must(client, 'MQTT-3.12.4-1').receive(pingresp());
    await must(client, 'MQTT-3.12.4-1').receive(pingresp());
  },
});

export const pingreqInEveryState = scenario('pingreq-in-every-state', {
  title:
    'PINGREQ is answered also when a session was resumed, while a message awaits its acknowledgement, and behind UNSUBSCRIBE',
  cites: { v3: ['MQTT-3.12.4-1'] },
  needs: ['qos 1'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, must }) {
    const topicName = given.topicName();
    const others = [given.topicName(), given.topicName(), given.topicName()];
    const subscriber = await given.subscriber([topicName, ...others], { qos: 1, acknowledging: 'by hand' });
    const publisher = await given.client({ name: 'publisher' });
    await when(publisher).publishes({ topicName, payload: 'x', qos: 1 });
    await given.arrival(subscriber, message('x'));
    await must(subscriber).beServed();
    const packetId = subscriber.nextPacketId();
    await when(subscriber).sends({ type: 'unsubscribe', packetId, topicFilters: [topicName] });
    await given.arrival(subscriber, unsuback(packetId));
    await must(subscriber).beServed();
    const before = await given.client({ name: 'stored', cleanSession: false });
    await when(before).disconnects();
    const again = await given.resumed(before);
    await must(again).beServed();
    await must(again).beServed();
    const newer = await given.client({ name: 'newer', clientId: again.clientId });
    await must(newer).beServed();
  },
});
