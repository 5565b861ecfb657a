// UTF-8 encoded strings that are well-formed pass unchanged, or end the connection where section 1.5.3 leaves that open.
import { connack, message, publish, suback, subscribe, unsuback } from '../../../wire/packets.ts';
import { sentinel } from '../../../wire/play/barrier.ts';
import { answered, closed } from '../../../wire/play/reaction.ts';
import { scenario } from '../../scenario.ts';

const characters = [
  ['two-bytes', 'é'],
  ['three-bytes', '€'],
  ['four-bytes', '𝄞'],
  ['many-scripts', 'Ω-я-漢-한-ع-ไ-\u0430\u0435\u043e\u03bf\u0391'],
  ['what-decoders-put-in', 'a\uFFFDb'],
  ['private-use', '\uE000-\uF8FF-\u{F0000}-\u{10FFFD}'],
] as const;

export const goodText = characters.map(([id, text]) =>
  scenario(`utf-8-${id}`, {
    title: `Topics with characters of ${id.replaceAll('-', ' ')} pass unchanged`,
    cites: { v3: ['MQTT-3.3.2-1', 'MQTT-3.8.3-1', 'MQTT-4.7.3-4', 'MQTT-3.10.3-1', 'MQTT-3.1.3-10'] },
    async play({ given, when, must }) {
      const topicName = given.topicName(`x${text}y`);
      const subscriber = await given.connection('subscriber');
      await when(subscriber).sends(given.connect());
      given.that((await subscriber.awaits(connack({ returnCode: 0 }))) !== undefined, 'no CONNACK');
      const qos = given.assuredQos;
      await when(subscriber).sends(subscribe(1, { topicFilter: topicName, qos }));
      const answer = await must(subscriber, 'MQTT-3.8.3-1').receive({ type: 'suback', packetId: 1 });
      const granted = answer?.returnCodes.join(' ');
      if (granted === '128') given.skip('the target refuses the filter');
      must(subscriber, 'MQTT-3.8.3-1').satisfy(granted === `${qos}`, {
        expected: `the code ${qos}, as for other filters`,
        got: `${granted}`,
      });
      await when(subscriber).sends(publish({ topicName, payload: text, qos, packetId: 2 }));
      await must(subscriber, 'MQTT-3.3.2-1', 'MQTT-4.7.3-4').receive(message(text, { topicName }));
      const mortal = await given.connection('mortal');
      await when(mortal).sends(given.connect({ will: { topicName, message: 'will', qos } }));
      await must(mortal, 'MQTT-3.1.3-10').receive(connack({ returnCode: 0 }));
      await when(mortal).cuts();
      await must(subscriber, 'MQTT-3.1.3-10', 'MQTT-4.7.3-4').receive(
        message('will', { topicName }),
        given.unhurriedMs,
      );
      await when(subscriber).sends({ type: 'unsubscribe', packetId: 3, topicFilters: [topicName] });
      await must(subscriber, 'MQTT-3.10.3-1').receive(unsuback(3));
    },
  }),
);

const bomPlaces = [
  ['beginning', (name: string) => `\uFEFF${name}`],
  ['middle', (name: string) => name.replace('/', '/\uFEFF')],
  ['end', (name: string) => `${name}\uFEFF`],
] as const;

export const byteOrderMarks = bomPlaces.map(([place, withBom]) =>
  scenario(`utf-8-bom-at-the-${place}`, {
    title: `U+FEFF at the ${place} of a topic is a character like any other`,
    cites: { v3: ['MQTT-1.5.3-3'] },
    async play({ given, when, must }) {
      const plain = given.topicName();
      const marked = withBom(plain);
      const qos = given.assuredQos;
      const withMark = await given.client({ name: 'with mark' });
      await when(withMark).sends(subscribe(withMark.nextPacketId(), { topicFilter: marked, qos }));
      const answer = await must(withMark).receive({ type: 'suback' });
      if (answer?.returnCodes[0] === 0x80) given.skip('the target refuses the filter');
      const without = await given.subscriber(plain, { name: 'without mark', qos });
      const publisher = await given.client({ name: 'publisher' });
      await when(publisher).publishes({ topicName: marked, payload: 'marked', qos });
      await must(withMark).receiveExactly([message('marked', { topicName: marked })], { until: sentinel(publisher) });
      await must(without).receiveExactly([], { until: sentinel(publisher, { topicName: plain }) });
      const mortal = await given.client({ name: 'mortal', will: { topicName: marked, message: 'will', qos } });
      await when(mortal).cuts();
      await must(withMark).receive(message('will', { topicName: marked }), given.unhurriedMs);
      const packetId = without.nextPacketId();
      await when(without).sends({ type: 'unsubscribe', packetId, topicFilters: [marked] });
      await must(without).receive(unsuback(packetId));
      await when(publisher).publishes({ topicName: plain, payload: 'still subscribed', qos });
      await must(without).receive(message('still subscribed', { topicName: plain }));
    },
  }),
);

const odd = [
  ['u-0001', '\u0001'],
  ['u-0009', '\t'],
  ['u-007f', '\u007F'],
  ['u-009f', '\u009F'],
  ['u-ffff', '\uFFFF'],
  ['u-fdd0', '\uFDD0'],
  ['u-1fffe', '\u{1FFFE}'],
] as const;

export const oddCharacters = odd.map(([id, character]) =>
  scenario(`utf-8-${id}`, {
    title: `A topic with ${id.toUpperCase().replace('-', '+')} is passed on unchanged, or closes the connection`,
    cites: { v3: ['MAY-1.5.3-b', 'MQTT-4.7.3-4', 'MQTT-3.8.4-1', 'MQTT-3.3.4-1'] },
    needs: ['qos 1'],
    async play({ given, when, must, observe }) {
      const topicName = given.topicName(`p${character}q`);
      const subscriber = await given.connection('subscriber');
      await when(subscriber).sends(given.connect());
      given.that((await subscriber.awaits(connack({ returnCode: 0 }))) !== undefined, 'no CONNACK');
      // Neither is the topic without it the same, nor one with what some put in its place.
      const without = topicName.replace(character, '');
      const others = [without, ...[' ', '?', '\uFFFD'].map((other) => topicName.replace(character, other))];
      const subscribedToOthers = await given.subscriber(others, { name: 'subscriber to others', qos: 1 });
      await when(subscriber).sends(subscribe(1, { topicFilter: topicName, qos: 1 }));
      const answer = await must(subscriber, 'MQTT-3.8.4-1').receiveOrEnd(suback(1));
      if (answer?.type !== 'suback') return observe('a subscription to it closes the connection', 'MAY-1.5.3-b');
      if (answer.returnCodes[0] === 0x80) return observe('a subscription to it is refused', 'MAY-1.5.3-b');
      const publisher = await given.client({ name: 'publisher' });
      await when(publisher).sends(publish({ topicName, payload: 'odd', qos: 1, packetId: 1 }));
      const reaction = await must(publisher, 'MQTT-3.3.4-1').reactByOneOf([
        closed().as('observed', 'allowed'),
        answered({ type: 'puback', packetId: 1 }),
      ]);
      observe(reaction?.kind === 'answered' ? 'taken' : 'closed upon', 'MAY-1.5.3-b');
      if (reaction?.kind !== 'answered') return;
      await must(subscriber, 'MQTT-4.7.3-4').receive(message('odd', { topicName }));
      await must(subscribedToOthers, 'MQTT-4.7.3-4').receiveExactly([], {
        until: sentinel(publisher, { topicName: without, qos: 1 }),
      });
    },
  }),
);
