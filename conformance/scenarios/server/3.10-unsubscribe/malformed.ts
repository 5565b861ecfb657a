// UNSUBSCRIBE packets that break section 3.10.
import { closed, cutShort } from '../../../wire/play/reaction.ts';
import * as raw from '../../../wire/raw.ts';
import { scenario } from '../../scenario.ts';

const { field, packet, uint16 } = raw;

export const withoutFilter = scenario('unsubscribe-without-filter', {
  title: 'An UNSUBSCRIBE without a Topic Filter closes the connection',
  cites: { v3: ['MQTT-3.10.3-2'] },
  async play({ given, when, must }) {
    // The next client is not treated otherwise.
    for (const name of ['first', 'second']) {
      const client = await given.client({ name });
      await when(client).sendsBytes(raw.hex('A2 02 0001'), 'UNSUBSCRIBE without a Topic Filter');
      await must(client).reactByOneOf([closed()]);
    }
  },
});

export const filterBeyondPacket = scenario('unsubscribe-filter-beyond-packet', {
  title: 'An UNSUBSCRIBE whose Topic Filter is longer than the packet closes the connection',
  cites: { v3: ['MQTT-3.10.3-1'] },
  async play({ given, when, must }) {
    const topicName = given.topicName();
    const bodies = [
      [uint16(100), 'abc'],
      [field(topicName), uint16(100), 'abc'],
      [field(topicName), 0],
    ];
    await given.each(bodies, async (body) => {
      const client = await given.client();
      await when(client).sendsBytes(packet(0xa2, uint16(1), ...body), 'UNSUBSCRIBE with a Topic Filter beyond its end');
      await must(client).reactByOneOf(cutShort(given));
    });
  },
});
