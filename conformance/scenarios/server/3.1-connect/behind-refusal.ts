// What stands behind a CONNECT that is refused, in the same segment: section 3.1.4.
import { message } from '../../../wire/packets.ts';
import { sentinel } from '../../../wire/play/barrier.ts';
import * as raw from '../../../wire/raw.ts';
import { scenario } from '../../scenario.ts';

const { field } = raw;

/** CONNECTs that have to be refused, by an answer or by a close; whether they are is judged elsewhere. */
const refusable: Readonly<Record<string, (clientId: string) => raw.RawConnect>> = {
  'level 6': (clientId) => ({ protocolLevel: 6, payload: [field(clientId)] }),
  'another protocol name': (clientId) => ({ protocolName: 'MQTX', payload: [field(clientId)] }),
  'an empty client id and CleanSession 0': () => ({ flags: 0, payload: [field('')] }),
  'a reserved flag': (clientId) => ({ flags: 3, payload: [field(clientId)] }),
  'fixed-header flags': (clientId) => ({ firstByte: 0x12, payload: [field(clientId)] }),
  'Will QoS 3': (clientId) => ({ flags: 0x1e, payload: [field(clientId), field('t'), field('m')] }),
  'a Will QoS without a will': (clientId) => ({ flags: 0x0a, payload: [field(clientId)] }),
  'a missing user name': (clientId) => ({ flags: 0x82, payload: [field(clientId)] }),
  'a NUL in its client id': (clientId) => ({ payload: [field(`${clientId}\u0000`)] }),
};

export const nothingIsProcessed = scenario('packets-behind-a-connect-that-is-refused-for-any-reason', {
  title:
    'Behind a CONNECT that is refused, for whatever reason, no PUBLISH is delivered or retained, and nothing is answered',
  cites: { v3: ['MQTT-3.1.4-5'] },
  needs: ['qos 1'],
  async play({ given, when, must, observe }) {
    await given.each(Object.entries(refusable), async ([why, connectOf]) => {
      const topicName = given.topicName();
      const watcher = await given.subscriber(topicName, { name: 'watcher', qos: 1 });
      const refused = await given.connection(`refused for ${why}`);
      const behind = [
        raw.packet(0x33, field(topicName), raw.uint16(7), 'behind'),
        raw.packet(0x82, raw.uint16(8), field(topicName), 1),
        raw.hex('C0 00'),
      ];
      await when(refused).sendsBytes(
        raw.bytes(raw.connect(connectOf(given.clientId())), ...behind),
        `CONNECT with ${why}; behind it PUBLISH, SUBSCRIBE and PINGREQ`,
      );
      await refused.connection.waitFor(() => refused.connection.ending);
      const came = refused.connection.pending.map(({ packet }) => packet);
      if (came.some((packet) => packet.type === 'connack' && packet.returnCode === 0))
        return observe(`not refused: a CONNECT with ${why}`);
      const answer = came.find(({ type }) => ['puback', 'suback', 'pingresp', 'publish'].includes(type));
      must(refused).satisfy(answer === undefined, {
        expected: 'no answer but a refusal',
        got: answer?.type.toUpperCase() ?? '',
        by: answer,
      });
      const publisher = await given.client({ name: 'publisher' });
      await must(watcher).receiveExactly([], { until: sentinel(publisher, { topicName, qos: 1 }) });
      const late = await given.subscriber(topicName, { name: 'late', qos: 1 });
      await late.pings();
      const kept = late.take(message('behind'))?.packet;
      must(late).satisfy(kept === undefined, { expected: 'nothing retained', got: 'the PUBLISH behind', by: kept });
    });
  },
});
