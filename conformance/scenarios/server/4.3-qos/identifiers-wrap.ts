// More messages than there are identifiers.
import { encode } from '../../../../reference/codec/encode.ts';
import { publish } from '../../../wire/packets.ts';
import * as raw from '../../../wire/raw.ts';
import { scenario } from '../../scenario.ts';

const count = 66_000;
const batch = 500;

export const identifiersWrap = scenario('identifiers-wrap', {
  title: 'After 65,535 messages identifiers begin anew, and no message is lost',
  cites: { v3: ['MQTT-2.3.1-4', 'MQTT-4.3.2-1', 'MQTT-4.5.0-1', 'MQTT-4.3.2-2', 'MQTT-4.6.0-6'] },
  needs: ['qos 1'],
  timed: true,
  async play({ given, must }) {
    const topicName = given.topicName();
    const subscriber = await given.subscriber(topicName, { qos: 1 });
    const publisher = await given.client({ name: 'publisher' });
    let acknowledged = 0;
    let delivered = 0;
    let highest = -1;
    let gap = false;
    publisher.connection.watch({
      sent: () => {},
      received: ({ packet }) => {
        if (packet.type === 'puback') acknowledged++;
      },
      ended: () => {},
    });
    subscriber.connection.watch({
      sent: () => {},
      received: ({ packet }) => {
        if (packet.type !== 'publish') return;
        const number = new DataView(packet.payload.buffer, packet.payload.byteOffset).getUint32(0);
        delivered++;
        if (number > highest + 1) gap = true;
        highest = Math.max(highest, number);
        // What has been counted is not looked for.
        subscriber.connection.pending = [];
      },
      ended: () => {},
    });
    given.waitsFor('66,000 messages');
    for (let sent = 0; sent < count; sent += batch) {
      const packets = Array.from({ length: batch }, (_, i) => {
        const number = sent + i;
        const payload = raw.bytes(raw.uint16(number >>> 16), raw.uint16(number & 0xffff));
        return encode(publish({ topicName, payload, qos: 1, packetId: (number % 65_535) + 1 }));
      });
      publisher.connection.sendBytes(Buffer.concat(packets), `${batch} PUBLISHes at QoS 1`);
      const due = sent + batch;
      const done = await publisher.connection.waitFor(() => (acknowledged >= due ? true : undefined));
      publisher.connection.pending = [];
      must(publisher, 'MQTT-4.3.2-2').satisfy(done === true, { expected: `${due} PUBACKs`, got: `${acknowledged}` });
      // A queue of the target may have a limit: the subscriber keeps up.
      await subscriber.connection.waitFor(() => (delivered >= due ? true : undefined));
    }
    must(subscriber, 'MQTT-4.5.0-1', 'MQTT-2.3.1-4', 'MQTT-4.3.2-1').satisfy(
      highest === count - 1 && delivered >= count,
      { expected: `${count} messages`, got: `${delivered}, the last being number ${highest + 1}` },
    );
    must(subscriber, 'MQTT-4.6.0-6').satisfy(!gap, {
      expected: 'messages in their order, without a gap',
      got: 'a gap',
    });
  },
});
