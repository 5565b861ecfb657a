// UTF-8 encoded strings: section 1.5.3. Each text field meets each kind of string that must close the connection.
import type { StatementId } from '../../../spec/catalogue.ts';
import { connack } from '../../../wire/packets.ts';
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
  { id: 'nul-twice', title: 'two of U+0000, levels below', bytes: raw.hex('2F 62 2F 00 00 2F'), nul: true },
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
  /** The packet with the text behind a name, in the place that is judged; whatever else it has is called by a name of the run's `own`. */
  readonly bytes: (text: Uint8Array, names: { readonly name: string; readonly own: string }, nth: number) => Uint8Array;
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
    bytes: (text, { name }, nth) =>
      packet(
        byTurns(nth, 0x32, 0x34, 0x30, 0x33, 0x35, 0x31),
        field(raw.bytes(name, text)),
        ...(nth % 3 === 2 ? [] : [uint16(1)]),
        'x',
      ),
  },
  {
    id: 'subscribe',
    title: 'the Topic Filter of a SUBSCRIBE',
    cites: ['MQTT-1.5.3-1', 'MQTT-3.8.3-1'],
    nulCites: ['MQTT-1.5.3-2', 'MQTT-4.7.3-2'],
    bytes: (text, { name }) => packet(0x82, uint16(1), field(raw.bytes(name, text)), 0),
  },
  {
    id: 'subscribe-second',
    title: 'the second Topic Filter of a SUBSCRIBE',
    cites: ['MQTT-1.5.3-1', 'MQTT-3.8.3-1'],
    nulCites: ['MQTT-1.5.3-2', 'MQTT-4.7.3-2'],
    bytes: (text, { name, own }) => packet(0x82, uint16(1), field(own), 0, field(raw.bytes(name, text)), 0),
  },
  {
    id: 'unsubscribe',
    title: 'the Topic Filter of an UNSUBSCRIBE',
    cites: ['MQTT-1.5.3-1', 'MQTT-3.10.3-1'],
    nulCites: ['MQTT-1.5.3-2', 'MQTT-4.7.3-2'],
    bytes: (text, { name }) => packet(0xa2, uint16(1), field(raw.bytes(name, text))),
  },
  {
    id: 'unsubscribe-second',
    title: 'the second Topic Filter of an UNSUBSCRIBE',
    cites: ['MQTT-1.5.3-1', 'MQTT-3.10.3-1'],
    nulCites: ['MQTT-1.5.3-2', 'MQTT-4.7.3-2'],
    bytes: (text, { name, own }) => packet(0xa2, uint16(1), field(own), field(raw.bytes(name, text))),
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
    bytes: (text, { name }, nth) =>
      raw.connect({ flags: byTurns(nth, 0x02, 0x00), payload: [field(raw.bytes(name, text))] }),
  },
  {
    id: 'will-topic',
    title: 'the will topic',
    cites: ['MQTT-1.5.3-1', 'MQTT-3.1.3-10'],
    nulCites: ['MQTT-1.5.3-2', 'MQTT-4.7.3-2'],
    connects: true,
    // By turns with Will Retain 0 and 1, then beside a user name.
    bytes: (text, { name, own }, nth) => {
      const flags = byTurns(nth, 0x06, 0x26, 0x86);
      const userName = flags === 0x86 ? [field('user')] : [];
      return raw.connect({ flags, payload: [field(own), field(raw.bytes(name, text)), field('x'), ...userName] });
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
    bytes: (text, { own }, nth) => {
      const flags = byTurns(nth, 0x82, 0xc2, 0x86);
      const before = flags === 0x86 ? [field(own), field('x')] : [];
      const behind = flags === 0xc2 ? [field('password')] : [];
      return raw.connect({ flags, payload: [field(own), ...before, field(text), ...behind] });
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
          await when(client).sendsBytes(
            bytes(bad.bytes, { name, own }, strings.indexOf(bad)),
            `${title} holds ${bad.title}`,
          );
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
