// What a target keeps when it is stopped and started again: sections 4.1 and 3.1.2.5. The standard asks for retained messages alone; the
// rest is worth knowing.
import { anyMessage, message } from '../../../wire/packets.ts';
import { scenario } from '../../scenario.ts';

export const retainedOverRestart = scenario('retained-messages-kept-over-restart', {
  title: 'Retained messages are still there when the target was restarted',
  cites: { v3: ['SHOULD-4.1-a'], v31: ['MQTT31-33'] },
  needs: ['restart', 'qos 1'],
  protocols: ['3.1.1', '3.1'],
  async play({ given, should }) {
    const levels = ([1, 2] as const).filter((qos) => qos <= given.capabilities.maximumQos);
    const topics = levels.map((qos) => [qos, given.topicName(`qos-${qos}`)] as const);
    for (const [qos, topicName] of topics) await given.retained({ topicName, payload: `of QoS ${qos}`, qos });
    await given.restart();
    for (const [qos, topicName] of topics) {
      const finds = [message(`of QoS ${qos}`)];
      const subscriber = await given.newSubscriber(topicName, { name: `subscriber ${qos}`, qos, finds });
      await should(subscriber).receive(message(`of QoS ${qos}`, { topicName, retain: true }));
    }
  },
});

export const sessionOverRestart = scenario('session-over-restart', {
  title: 'Whether a stored session and its messages survive a restart is recorded',
  cites: { v3: ['MQTT-4.1.0-1'], v31: ['MQTT31-22'] },
  needs: ['restart', 'qos 2'],
  protocols: ['3.1.1', '3.1'],
  observesOnly: true,
  async play({ given, when, observe }) {
    const topicName = given.topicName();
    const before = await given.subscriber(topicName, { cleanSession: false, qos: 2 });
    await when(before).disconnects();
    const publisher = await given.client({ name: 'publisher' });
    for (const qos of [1, 2] as const)
      await when(publisher).publishes({ topicName, payload: `queued at QoS ${qos}`, qos });
    await given.restart();
    const after = await given.client({ name: 'subscriber again', clientId: before.clientId, cleanSession: false });
    const came: string[] = [];
    for (const qos of [1, 2] as const)
      if ((await after.awaits(anyMessage({ topicName, qos }))) !== undefined) came.push(`QoS ${qos}`);
    const live = await given.client({ name: 'publisher again' });
    await when(live).publishes({ topicName, payload: 'live', qos: 1 });
    const isSubscribed = (await after.awaits(message('live', { topicName }))) !== undefined;
    observe(
      [
        ...(given.protocol === '3.1' ? [] : [`Session Present ${after.sessionPresent === true ? 1 : 0}`]),
        came.length === 0 ? 'no queued message' : `queued messages at ${came.join(' and ')}`,
        isSubscribed ? 'subscribed as before' : 'no subscription',
      ].join(', '),
    );
  },
});

export const willOverRestart = scenario('will-over-restart', {
  title: 'Whether and when a will is published that was due at a restart is recorded',
  cites: { v3: ['MAY-3.1.2.5-b'] },
  needs: ['restart', 'qos 1'],
  observesOnly: true,
  async play({ given, when, observe }) {
    const topicName = given.topicName('will');
    const watcher = await given.subscriber(topicName, { name: 'watcher', cleanSession: false, qos: 1 });
    await when(watcher).disconnects();
    await given.client({ name: 'client with a will', will: { topicName, message: 'will', qos: 1 } });
    await given.restart();
    const after = await given.client({ name: 'watcher again', clientId: watcher.clientId, cleanSession: false });
    const will = await after.awaits(message('will', { topicName }));
    const session = after.sessionPresent === true ? '' : ' (the session of who watched is gone)';
    observe(will === undefined ? `the will did not come${session}` : 'the will came to the session that watched');
  },
});
