// Answers to a client of which much is known: none of that is a reason to keep one back.
import type { Packet } from '../../../../reference/codec/packet.ts';
import type { StatementId } from '../../../spec/catalogue.ts';
import {
  type Expected,
  message,
  pingreq,
  pingresp,
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
import { scenario } from '../../scenario.ts';
import { besideTheRest, doesEverything, leftOpenId } from '../3.1-connect/open-exchanges.ts';

export const answeredAllTheSame = scenario('answers-to-who-has-left-all-open', {
  title:
    'Every request of a client is answered, and what it publishes delivered, though it came back or took over, and has left open what it can',
  cites: {
    v3: [
      'MQTT-3.8.4-1',
      'MQTT-3.10.4-4',
      'MQTT-3.10.4-5',
      'MQTT-3.3.4-1',
      'MQTT-4.3.2-2',
      'MQTT-4.3.3-2',
      'MQTT-3.12.4-1',
      'MQTT-4.5.0-1',
      'MQTT-3.3.1-6',
    ],
  },
  needs: ['qos 2'],
  async play(stage) {
    const { given, when, must } = stage;
    await given.each(['resumes', 'takes over'], async (how) => {
      const topicName = given.topicName();
      const watcher = await given.subscriber(topicName, { name: 'watcher', qos: 1 });
      await given.retained({ topicName, payload: 'kept' });
      await given.newSubscriber(topicName, { name: 'before', qos: 1, finds: [message('kept')] });
      const before = await given.subscriber(given.topicName('own'), { cleanSession: false, qos: 1 });
      if (how === 'resumes') await when(before).disconnects();
      const client = await given.resumed(before, besideTheRest(stage));
      await doesEverything(stage, client);
      const asks = async (
        request: Packet,
        answer: Expected,
        ...ids: readonly [StatementId, ...StatementId[]]
      ): Promise<void> => {
        await when(client).sends(request);
        await must(client, ...ids).receive(answer);
      };
      await asks(subscribe(501, { topicFilter: topicName, qos: 0 }), suback(501), 'MQTT-3.8.4-1');
      await asks(subscribe(502, { topicFilter: topicName, qos: 1 }), suback(502), 'MQTT-3.8.4-1');
      // Behind what is owed there is room for another.
      if (given.capabilities.inFlight > 1)
        await must(client, 'MQTT-3.3.1-6').receive(message('kept', { topicName, retain: true }));
      const text = { topicName, payload: 'published', retain: true } as const;
      for (const dup of [false, true]) {
        await asks(publish({ ...text, qos: 1, packetId: 503, dup }), puback(503), 'MQTT-3.3.4-1', 'MQTT-4.3.2-2');
        await must(watcher, 'MQTT-4.5.0-1').receive(message('published'));
        // PUBRELs leave in the order of the PUBRECs [MQTT-4.6.0-4]: first what was left open.
        if (!dup) await asks(pubrel(leftOpenId), pubcomp(leftOpenId), 'MQTT-4.3.3-2');
        await asks(publish({ ...text, qos: 2, packetId: 504, dup }), pubrec(504), 'MQTT-3.3.4-1', 'MQTT-4.3.3-2');
        await asks(pubrel(504), pubcomp(504), 'MQTT-4.3.3-2');
        await must(watcher, 'MQTT-4.5.0-1').receive(message('published'));
      }
      await asks(pubrel(505), pubcomp(505), 'MQTT-4.3.3-2');
      await asks(unsubscribe(506, topicName), unsuback(506), 'MQTT-3.10.4-4');
      await asks(unsubscribe(507, topicName), unsuback(507), 'MQTT-3.10.4-5');
      for (let i = 0; i < 6; i++) await asks(pingreq(), pingresp(), 'MQTT-3.12.4-1');
    });
  },
});
