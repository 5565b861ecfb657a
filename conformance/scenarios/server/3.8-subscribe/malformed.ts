// SUBSCRIBE packets that break section 3.8.
import { message, subscribe } from '../../../wire/packets.ts';
import { sentinel } from '../../../wire/play/barrier.ts';
import { answered, closed, cutShort } from '../../../wire/play/reaction.ts';
import * as raw from '../../../wire/raw.ts';
import { scenario } from '../../scenario.ts';

const { field, packet, uint16 } = raw;

export const withoutFilter = scenario('subscribe-without-filter', {
  title: 'A SUBSCRIBE without a Topic Filter closes the connection',
  cites: { v3: ['MQTT-3.8.3-3'] },
  async play({ given, when, must }) {
    const client = await given.client();
    await when(client).sendsBytes(raw.hex('82 02 0001'), 'SUBSCRIBE without a Topic Filter');
    await must(client).reactByOneOf([closed()]);
  },
});

export const withoutQos = scenario('subscribe-without-qos', {
  title: 'A SUBSCRIBE whose last Topic Filter has no Requested QoS closes the connection',
  cites: { v3: ['MQTT-3.8.3-3'] },
  async play({ given, when, must }) {
    const topicName = given.topicName();
    const bodies = [[field(topicName)], [field(topicName), 0, field(`${topicName}/b`)]];
    await given.each(bodies, async (body) => {
      const client = await given.client();
      await when(client).sendsBytes(packet(0x82, uint16(1), ...body), 'SUBSCRIBE that ends behind a Topic Filter');
      await must(client).reactByOneOf([closed()]);
    });
  },
});

const badQos = [0x03, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0xff];
/** The second, and the one behind two others more. */
const positions = ['first', 'second'] as const;

export const reservedQosBits = positions.map((position) =>
  scenario(`subscribe-reserved-qos-bits-in-the-${position}-filter`, {
    title: `A Requested QoS of 3 or with reserved bits in the ${position} filter closes the connection`,
    cites: { v3: ['MQTT-3.8.3-4'] },
    async play({ given, when, must }) {
      const topicName = given.topicName();
      await given.each(badQos, async (qos) => {
        const client = await given.client();
        const good = position === 'second' ? [field(topicName), 0] : [];
        if (position === 'second' && qos > 3) good.push(field(`${topicName}/c`), 1, field(`${topicName}/d`), 2);
        const bytes = packet(0x82, uint16(1), ...good, field(`${topicName}/b`), qos);
        await when(client).sendsBytes(bytes, `SUBSCRIBE with a Requested QoS of ${qos.toString(16)}`);
        await must(client).reactByOneOf([closed()]);
      });
    },
  }),
);

export const nothingSubscribed = scenario('malformed-subscribe-subscribes-nothing', {
  title: 'Whether a SUBSCRIBE that is malformed in its second filter leaves its first subscription behind',
  cites: { v3: ['MQTT-3.8.3-4'] },
  needs: ['qos 1'],
  async play({ given, when, must, may }) {
    const [first, control] = [given.topicName('first'), given.topicName('control')];
    const clientId = given.clientId();
    const client = await given.client({ clientId, cleanSession: false });
    await when(client).sendsBytes(
      packet(0x82, uint16(1), field(first), 1, field(`${first}/b`), 3),
      'SUBSCRIBE with QoS 3 in its second filter',
    );
    await must(client).reactByOneOf([closed()]);
    const again = await given.client({ name: 'again', clientId, cleanSession: false });
    await given.subscription(again, control, 1);
    const publisher = await given.client({ name: 'publisher' });
    await when(publisher).publishes({ topicName: first, payload: 'x', qos: 1 });
    // The sentence demands the close alone.
    await may(again).receiveExactly([], { until: sentinel(publisher, { topicName: control, qos: 1 }) });
  },
});

export const filterBeyondPacket = scenario('subscribe-filter-beyond-packet', {
  title: 'A SUBSCRIBE whose Topic Filter is longer than the packet closes the connection',
  cites: { v3: ['MQTT-4.8.0-1'] },
  async play({ given, when, must }) {
    const client = await given.client();
    await when(client).sendsBytes(
      packet(0x82, uint16(1), uint16(100), 'abc', 0),
      'SUBSCRIBE with a Topic Filter beyond its end',
    );
    await must(client).reactByOneOf(cutShort(given));
  },
});

/** Whatever is refused, for a reason of the target's own, is no subscription. */
export const refusedByItself = scenario('whatever-is-refused-delivers-nothing', {
  title: 'A filter that is answered by 0x80 delivers nothing, whichever QoS was asked for, alone and beside others',
  cites: { v3: ['MQTT-3.8.4-5'] },
  async play({ given, when, must }) {
    const control = given.topicName('control');
    const qos = given.assuredQos;
    const subscriber = await given.subscriber(control, { qos });
    const names = [0, 1, 2, 3, 4, 5].map((i) => given.topicName(`${i}`));
    const wanted = names.map((topicFilter, i) => ({ topicFilter, qos: ([0, 1, 2] as const)[i % 3] ?? 0 }));
    const [first = { topicFilter: control, qos }, ...others] = wanted;
    const together = [first, ...others.slice(0, 2)] as const;
    const alone = others.slice(2).map((one) => [one] as const);
    const codes: number[] = [];
    for (const [i, [one, ...more]] of [together, ...alone].entries()) {
      await when(subscriber).sends(subscribe(500 + i, one, ...more));
      codes.push(...(await given.arrival(subscriber, { type: 'suback', packetId: 500 + i })).returnCodes);
    }
    const refused = names.filter((_, i) => codes[i] === 0x80);
    if (refused.length === 0) return must(subscriber).beServed();
    const publisher = await given.client({ name: 'publisher' });
    for (const topicName of refused) await when(publisher).publishes({ topicName, payload: 'never', qos });
    await must(subscriber).receiveExactly([], { until: sentinel(publisher, { topicName: control, qos }) });
  },
});

export const refusedStaysRefused = scenario('refused-subscription-delivers-nothing', {
  title: 'A subscription that is refused delivers nothing',
  cites: { v3: ['MQTT-3.8.4-5'] },
  async play({ given, when, must }) {
    const topicName = given.topicName();
    const client = await given.client();
    await when(client).sendsBytes(
      packet(0x82, uint16(1), field(`${topicName}/#/x`), 0),
      'SUBSCRIBE with a misplaced wildcard',
    );
    const reaction = await must(client).reactByOneOf([
      closed(),
      answered({ type: 'suback', packetId: 1, returnCodes: [0x80] }),
      answered({ type: 'suback', packetId: 1 }).as('observed', 'judged elsewhere'),
    ]);
    if (reaction?.kind !== 'answered') return;
    if (reaction.verdict !== 'pass') given.skip('the target grants it, which is judged elsewhere');
    const qos = given.assuredQos;
    await given.subscription(client, `${topicName}/control`, qos);
    const publisher = await given.client({ name: 'publisher' });
    await when(publisher).publishes({ topicName: `${topicName}/a/x`, payload: 'x', qos });
    await when(publisher).publishes({ topicName: `${topicName}/control`, payload: 'control', qos });
    await must(client).receiveExactly([message('control')], { until: sentinel(publisher) });
  },
});
