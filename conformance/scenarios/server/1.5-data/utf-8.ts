// UTF-8 encoded strings: section 1.5.3. Each text field meets each kind of string that must close the connection.
import type { StatementId } from '../../../spec/catalogue.ts';
import { connack, message, publish, suback, subscribe, unsuback } from '../../../wire/packets.ts';
import { sentinel } from '../../../wire/play/barrier.ts';
import { answered, closed, closedOrRefused, type Reaction } from '../../../wire/play/reaction.ts';
import * as raw from '../../../wire/raw.ts';
import { scenario } from '../../scenario.ts';

const { field, packet, uint16 } = raw;

interface Bad {
  readonly id: string;
  readonly title: string;
  readonly bytes: Uint8Array;
  readonly nul?: true;
  /** Without a name of the run's own in front of it. */
  readonly alone?: true;
}

const badStrings: readonly Bad[] = [
  { id: 'overlong', title: 'an overlong U+0000 (C0 80)', bytes: raw.hex('61 C0 80') },
  { id: 'overlong-slash', title: 'an overlong "/" (E0 80 AF)', bytes: raw.hex('61 E0 80 AF 62') },
  { id: 'overlong-in-four', title: 'an overlong "/" of four bytes (F0 80 80 AF)', bytes: raw.hex('61 F0 80 80 AF 62') },
  { id: 'surrogate', title: 'a surrogate (ED A0 80)', bytes: raw.hex('61 ED A0 80 62') },
  { id: 'low-surrogate', title: 'a surrogate (ED BF BF)', bytes: raw.hex('ED BF BF') },
  { id: 'surrogate-pair', title: 'two surrogates for one character', bytes: raw.hex('61 ED A0 B4 ED B4 9E 62') },
  { id: 'above-10ffff', title: 'a code point above U+10FFFF', bytes: raw.hex('61 F4 90 80 80') },
  { id: 'invalid-byte', title: 'the byte FF', bytes: raw.hex('61 FF 62') },
  { id: 'five-bytes', title: 'a sequence of five bytes (F8 88 80 80 80)', bytes: raw.hex('61 F8 88 80 80 80 62') },
  { id: 'six-bytes', title: 'a sequence of six bytes', bytes: raw.hex('61 FC 84 80 80 80 80') },
  { id: 'truncated', title: 'a sequence cut short at the end', bytes: raw.hex('61 62 C3') },
  { id: 'broken-off', title: 'a sequence that another character breaks off', bytes: raw.hex('61 C3 28 62') },
  { id: 'lone-continuation', title: 'a continuation byte by itself', bytes: raw.hex('61 80 62') },
  { id: 'behind-200', title: 'the byte FF behind 200 characters', bytes: raw.bytes('x'.repeat(200), raw.hex('FF')) },
  { id: 'nul', title: 'U+0000', bytes: raw.hex('61 00 62'), nul: true },
  { id: 'nul-at-the-end', title: 'U+0000 at its end', bytes: raw.hex('61 00'), nul: true },
  { id: 'nul-at-the-beginning', title: 'U+0000 at its beginning', bytes: raw.hex('00 61'), nul: true, alone: true },
  { id: 'nul-alone', title: 'U+0000 and nothing else', bytes: raw.hex('00'), nul: true, alone: true },
  {
    id: 'nul-behind-200',
    title: 'U+0000 behind 200 characters',
    bytes: raw.bytes('x'.repeat(200), raw.hex('00 61')),
    nul: true,
  },
];

interface Place {
  readonly id: string;
  readonly title: string;
  readonly cites: readonly StatementId[];
  readonly nulCites: readonly StatementId[];
  /** In CONNECT: sent in place of it. */
  readonly connects?: true;
  /** What Table 3.1 has for it, ahead of the close: by that a CONNACK is in order, whatever 3.1.4-1 says of all others. */
  readonly refusal?: Reaction;
  /** The packet with the text behind a name of the run's own: in CONNECT a client id, else a topic. */
  readonly bytes: (text: Uint8Array, name: string, nth: number) => Uint8Array;
}

/** What surrounds a text is no reason to look at it less closely. */
const byTurns = (nth: number, ...all: readonly [number, ...number[]]): number => all[nth % all.length] ?? all[0];

const places: readonly Place[] = [
  {
    id: 'publish',
    title: 'the Topic Name of a PUBLISH',
    cites: ['MQTT-1.5.3-1', 'MQTT-3.3.2-1'],
    nulCites: ['MQTT-1.5.3-2', 'MQTT-4.7.3-2'],
    // At QoS 1, 2 and 0 by turns, then with RETAIN 1.
    bytes: (text, base, nth) =>
      packet(
        byTurns(nth, 0x32, 0x34, 0x30, 0x33, 0x35, 0x31),
        field(raw.bytes(base, text)),
        ...(nth % 3 === 2 ? [] : [uint16(1)]),
        'x',
      ),
  },
  {
    id: 'subscribe',
    title: 'the Topic Filter of a SUBSCRIBE',
    cites: ['MQTT-1.5.3-1', 'MQTT-3.8.3-1'],
    nulCites: ['MQTT-1.5.3-2', 'MQTT-4.7.3-2'],
    bytes: (text, base) => packet(0x82, uint16(1), field(raw.bytes(base, text)), 0),
  },
  {
    id: 'subscribe-second',
    title: 'the second Topic Filter of a SUBSCRIBE',
    cites: ['MQTT-1.5.3-1', 'MQTT-3.8.3-1'],
    nulCites: ['MQTT-1.5.3-2', 'MQTT-4.7.3-2'],
    bytes: (text, base) => packet(0x82, uint16(1), field(base), 0, field(raw.bytes(base, text)), 0),
  },
  {
    id: 'unsubscribe',
    title: 'the Topic Filter of an UNSUBSCRIBE',
    cites: ['MQTT-1.5.3-1', 'MQTT-3.10.3-1'],
    nulCites: ['MQTT-1.5.3-2', 'MQTT-4.7.3-2'],
    bytes: (text, base) => packet(0xa2, uint16(1), field(raw.bytes(base, text))),
  },
  {
    id: 'unsubscribe-second',
    title: 'the second Topic Filter of an UNSUBSCRIBE',
    cites: ['MQTT-1.5.3-1', 'MQTT-3.10.3-1'],
    nulCites: ['MQTT-1.5.3-2', 'MQTT-4.7.3-2'],
    bytes: (text, base) => packet(0xa2, uint16(1), field(base), field(raw.bytes(base, text))),
  },
  {
    id: 'client-id',
    title: 'the client id',
    cites: ['MQTT-1.5.3-1', 'MQTT-3.1.3-4'],
    nulCites: ['MQTT-1.5.3-2'],
    connects: true,
    refusal: answered(connack({ returnCode: 2 }))
      .thenClosed()
      .as('warn', 'Table 3.1 has 0x02 for client ids that are correct UTF-8'),
    // By turns with CleanSession 1 and 0.
    bytes: (text, id, nth) => raw.connect({ flags: byTurns(nth, 0x02, 0x00), payload: [field(raw.bytes(id, text))] }),
  },
  {
    id: 'will-topic',
    title: 'the will topic',
    cites: ['MQTT-1.5.3-1', 'MQTT-3.1.3-10'],
    nulCites: ['MQTT-1.5.3-2', 'MQTT-4.7.3-2'],
    connects: true,
    // By turns with Will Retain 0 and 1, then beside a user name.
    bytes: (text, id, nth) => {
      const flags = byTurns(nth, 0x06, 0x26, 0x86);
      const userName = flags === 0x86 ? [field('user')] : [];
      return raw.connect({ flags, payload: [field(id), field(raw.bytes(id, text)), field('x'), ...userName] });
    },
  },
  {
    id: 'user-name',
    title: 'the user name',
    cites: ['MQTT-1.5.3-1', 'MQTT-3.1.3-11'],
    nulCites: ['MQTT-1.5.3-2'],
    connects: true,
    refusal: answered(connack({ returnCode: 4 })).thenClosed(),
    // By turns alone, with a password, and beside a will.
    bytes: (text, id, nth) => {
      const flags = byTurns(nth, 0x82, 0xc2, 0x86);
      const before = flags === 0x86 ? [field(id), field('x')] : [];
      const behind = flags === 0xc2 ? [field('password')] : [];
      return raw.connect({ flags, payload: [field(id), ...before, field(text), ...behind] });
    },
  },
];

const kinds = [
  { kind: 'ill-formed', what: 'ill-formed UTF-8', strings: badStrings.filter(({ nul }) => nul !== true) },
  { kind: 'nul', what: 'U+0000', strings: badStrings.filter(({ nul }) => nul === true) },
] as const;

export const badText = places.flatMap(({ id, title, cites, nulCites, connects, refusal, bytes }) =>
  kinds.map(({ kind, what, strings }) =>
    scenario(`utf-8-${kind}-in-${id}`, {
      title: `The connection is closed when ${title} holds ${what}`,
      cites: {
        v3: [...(kind === 'nul' ? nulCites : cites), ...(connects === true ? (['MQTT-3.1.4-1'] as const) : [])],
      },
      async play({ given, when, must }) {
        await given.each(strings, async (bad) => {
          const client = connects === true ? await given.connection() : await given.client();
          const own = connects === true ? given.clientId() : given.topicName();
          const name = bad.alone === true ? '' : own;
          await when(client).sendsBytes(bytes(bad.bytes, name, strings.indexOf(bad)), `${title} holds ${bad.title}`);
          const refused = refusal === undefined ? [] : [refusal];
          await must(client).reactByOneOf(connects === true ? [...refused, ...closedOrRefused(given)] : [closed()]);
        });
      },
    }),
  ),
);

export const badTextNotDelivered = scenario('utf-8-ill-formed-topic-reaches-nobody', {
  title: 'A PUBLISH with an ill-formed Topic Name reaches nobody',
  cites: { v3: ['MQTT-1.5.3-1', 'MQTT-3.3.2-1'] },
  needs: ['wildcards'],
  async play({ given, when, must }) {
    const base = given.topicName('bad');
    const watcher = await given.subscriber(`${base}/#`, { name: 'watcher' });
    const publisher = await given.client({ name: 'publisher' });
    const bad = await given.client({ name: 'bad' });
    const topic = raw.bytes(`${base}/`, raw.hex('C0 80'));
    await when(bad).sendsBytes(packet(0x30, field(topic), 'x'), 'PUBLISH with an ill-formed Topic Name');
    await must(bad).close();
    await must(watcher).receiveExactly([], { until: sentinel(publisher, { topicName: `${base}/good` }) });
  },
});

const characters = [
  ['two-bytes', 'é'],
  ['three-bytes', '€'],
  ['four-bytes', '𝄞'],
  ['many-scripts', 'Ω-я-漢-한-ع-ไ'],
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
      if (reaction?.kind === 'answered') await must(subscriber, 'MQTT-4.7.3-4').receive(message('odd', { topicName }));
    },
  }),
);
