// MQTT 3.1 where it differs from 3.1.1: messages, subscriptions, and both levels on one broker.
import { message, pubcomp, publish, pubrec, suback, unsuback } from '../../../wire/packets.ts';
import { sentinel } from '../../../wire/play/barrier.ts';
import { answered, closed, ignored } from '../../../wire/play/reaction.ts';
import * as raw from '../../../wire/raw.ts';
import { scenario } from '../../scenario.ts';

export const level3DupOnPubrel = scenario('level-3-dup-on-pubrel', {
  title: 'At level 3 a PUBREL with DUP 1 is accepted',
  cites: { v3: [], v31: ['MQTT31-25'] },
  needs: ['qos 2'],
  protocols: ['3.1'],
  async play({ given, when, should }) {
    const publisher = await given.client({ name: 'publisher' });
    await when(publisher).sends(publish({ topicName: given.topicName(), qos: 2, packetId: 1 }));
    await should(publisher).receive(pubrec(1));
    await when(publisher).sendsBytes(raw.hex('6A 02 0001'), 'PUBREL with DUP 1');
    await should(publisher).reactByOneOf([answered(pubcomp(1))]);
  },
});

export const level3DupOnSubscribe = scenario('level-3-dup-on-subscribe', {
  title: 'At level 3 a SUBSCRIBE with DUP 1 is accepted',
  cites: { v3: [], v31: ['MQTT31-25'] },
  protocols: ['3.1'],
  async play({ given, when, should }) {
    const client = await given.client();
    const bytes = raw.packet(0x8a, raw.uint16(1), raw.field(given.topicName()), 0);
    await when(client).sendsBytes(bytes, 'SUBSCRIBE with DUP 1');
    await should(client).reactByOneOf([answered(suback(1))]);
  },
});

export const level3DupOnUnsubscribe = scenario('level-3-dup-on-unsubscribe', {
  title: 'At level 3 an UNSUBSCRIBE with DUP 1 is accepted',
  cites: { v3: [], v31: ['MQTT31-25'] },
  protocols: ['3.1'],
  async play({ given, when, should }) {
    const client = await given.client();
    const bytes = raw.packet(0xaa, raw.uint16(1), raw.field(given.topicName()));
    await when(client).sendsBytes(bytes, 'UNSUBSCRIBE with DUP 1');
    await should(client).reactByOneOf([answered(unsuback(1))]);
  },
});

export const level3IdentifierZero = scenario('level-3-identifier-0', {
  title: 'At level 3 a message id of 0 is not acknowledged',
  cites: { v3: [], v31: ['MQTT31-28'] },
  protocols: ['3.1'],
  async play({ given, when, should }) {
    const client = await given.client();
    const bytes = raw.packet(0x32, raw.field(given.topicName()), raw.uint16(0), 'x');
    await when(client).sendsBytes(bytes, 'PUBLISH QoS 1 with id 0');
    await should(client).reactByOneOf([closed(), ignored()]);
  },
});

export const level3RefusedSubscription = scenario('level-3-refused-subscription', {
  title: 'At level 3 SUBACK cannot tell of a refusal: its codes are 0, 1 and 2',
  cites: { v3: [], v31: ['MQTT31-39'] },
  protocols: ['3.1'],
  async play({ given, when, should }) {
    const client = await given.client();
    const bytes = raw.packet(0x82, raw.uint16(1), raw.field(`${given.topicName()}/#/x`), 0);
    await when(client).sendsBytes(bytes, 'SUBSCRIBE with a misplaced wildcard');
    await should(client).reactByOneOf([
      closed(),
      answered(suback(1, [0])),
      answered(suback(1, [0x80])).as('warn', 'the return code 0x80 came with 3.1.1'),
    ]);
  },
});

export const level3BrokenText = scenario('level-3-broken-text', {
  title: 'What becomes of ill-formed UTF-8 at level 3; nobody else is disturbed',
  cites: { v3: [], v31: ['MQTT31-36', 'MQTT31-38'] },
  protocols: ['3.1'],
  observesOnly: true,
  async play({ given, when, may }) {
    const client = await given.client();
    await when(client).sendsBytes(
      raw.packet(0x30, raw.field(raw.hex('61 C0 80')), 'x'),
      'PUBLISH with ill-formed topic',
    );
    await may(client).reactByOneOf([
      closed().as('observed', 'as at level 4'),
      ignored().as('observed', 'tolerated: 3.1 does not demand a reaction'),
    ]);
  },
});

/** Messages and retained messages pass between clients of both levels. */
export const levelsMeet = (['3.1', '3.1.1'] as const).map((from) => {
  const to = from === '3.1' ? '3.1.1' : '3.1';
  return scenario(`messages-pass-from-${from === '3.1' ? 'level-3-to-level-4' : 'level-4-to-level-3'}`, {
    title: `Messages of a client of MQTT ${from} reach a client of MQTT ${to}`,
    cites: { v3: [], v31: ['MQTT31-31', 'MQTT31-40'] },
    needs: ['qos 1', 'level 4'],
    protocols: ['3.1'],
    async play({ given, when, should }) {
      const topicName = given.topicName();
      const subscriber = await given.subscriber(topicName, { qos: 1, protocol: to });
      const publisher = await given.client({ name: 'publisher', protocol: from });
      await when(publisher).publishes({ topicName, payload: 'live', qos: 1, retain: true });
      await should(subscriber).receiveExactly([message('live', { qos: 1, retain: false })], {
        until: sentinel(publisher),
      });
      const finds = [message('live')];
      const late = await given.newSubscriber(topicName, { name: 'late', qos: 1, protocol: to, finds });
      await should(late).receive(message('live', { retain: true }));
    },
  });
});
