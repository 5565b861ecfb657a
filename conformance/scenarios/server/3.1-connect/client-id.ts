// The client id: section 3.1.3.1.
import { connack, message } from '../../../wire/packets.ts';
import { ping, sentinel } from '../../../wire/play/barrier.ts';
import { answered, closed } from '../../../wire/play/reaction.ts';
import { scenario } from '../../scenario.ts';

const all62 = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** Ids of a length that together use every character that has to work; fresh by their number. */
const idsOf = (length: number, seed: string): string[] => {
  const ids: string[] = [];
  for (let at = 0; at < all62.length; at += Math.max(1, length - 9)) {
    ids.push(length === 1 ? (all62[at] ?? '0') : `${seed}${all62.slice(at)}${all62}`.slice(0, length));
  }
  return ids;
};

export const guaranteedIds = [1, 22, 23].map((length) =>
  scenario(`client-ids-of-${length}`, {
    title: `Client ids of ${length} digits and letters are accepted`,
    cites: { v3: ['MQTT-3.1.3-5', 'MQTT-3.1.4-4'] },
    async play({ given, when, must }) {
      const seed = given.clientId().slice(2, 11);
      await given.each(idsOf(length, seed), async (clientId) => {
        const client = await given.connection(clientId);
        await when(client).sends(given.connect({ clientId }));
        await must(client, 'MQTT-3.1.3-5').receive(connack({ returnCode: 0 }));
        await when(client).disconnects();
      });
    },
  }),
);

const unusual: readonly (readonly [id: string, suffix: string])[] = [
  ['24-bytes', 'x'.repeat(24)],
  ['256-bytes', 'x'.repeat(256)],
  ['65535-bytes', 'x'.repeat(65_535)],
  ['blank', ' a b'],
  ['slash', '/a/b'],
  ['plus', '+'],
  ['hash', '#'],
  ['dash-and-underscore', '-_:.'],
  ['dollar', '$'],
  ['non-ascii', 'é€𝄞'],
];

/** A server may refuse these; then it says so. */
export const unusualIds = unusual.map(([id, suffix]) =>
  scenario(`client-id-${id}`, {
    title: `A client id with ${id.replaceAll('-', ' ')} is accepted, or refused with CONNACK 0x02`,
    cites: { v3: ['MQTT-3.1.3-9', id.endsWith('bytes') ? 'MAY-3.1.3.1-a' : 'MAY-3.1.3.1-b', 'SHOULD-3.2.2.3-a'] },
    async play({ given, when, must, observe }) {
      if (suffix.length > 1_000) {
        // What is refused for its size says nothing of its client id: a will makes a CONNECT as long.
        const other = await given.connection('as long');
        const will = { topicName: given.topicName(), message: suffix };
        await when(other).sends(given.connect({ will }));
        if ((await other.gets({ type: 'connack' })) === undefined && !other.connection.isOpen)
          given.skip('the target ends connections upon a CONNECT of this size');
        await when(other).disconnects();
      }
      const client = await given.connection();
      const clientId = id.endsWith('bytes')
        ? `${given.clientId()}${suffix}`.slice(0, suffix.length)
        : `${given.clientId()}${suffix}`;
      await when(client).sends(given.connect({ clientId }));
      const reaction = await must(client, 'MQTT-3.1.3-9').reactByOneOf([
        answered(connack({ returnCode: 0 })).as('observed', 'accepted, so nothing is refused'),
        answered(connack({ returnCode: 2, sessionPresent: false })).thenClosed(),
        answered(connack({ returnCode: 5 }))
          .thenClosed()
          .as('observed', 'refused by a rule of the target'),
      ]);
      const accepted = reaction?.kind === 'answered';
      observe(accepted ? 'accepted' : 'refused', id.endsWith('bytes') ? 'MAY-3.1.3.1-a' : 'MAY-3.1.3.1-b');
      observe(accepted ? 'accepted' : 'refused with a CONNACK', 'SHOULD-3.2.2.3-a');
    },
  }),
);

export const emptyIdsAreUnique = scenario('empty-client-ids', {
  title: 'Clients with an empty client id get ids of their own',
  cites: { v3: ['MQTT-3.1.3-6', 'MAY-3.1.3.1-c'] },
  needs: ['empty client id'],
  async play({ given, when, must, observe }) {
    observe('accepted', 'MAY-3.1.3.1-c');
    const topicNames = [given.topicName(), given.topicName()] as const;
    const first = await given.client({ name: 'first', clientId: '' });
    const second = await given.client({ name: 'second', clientId: '' });
    await must(first, 'MQTT-3.1.3-6').beServed();
    await must(second, 'MQTT-3.1.3-6').beServed();
    const qos = given.assuredQos;
    await given.subscription(first, topicNames[0], qos);
    await given.subscription(second, topicNames[1], qos);
    const publisher = await given.client({ name: 'publisher' });
    await when(publisher).publishes({ topicName: topicNames[0], payload: 'first', qos });
    await must(first, 'MQTT-3.1.3-6').receiveExactly([message('first')], { until: sentinel(publisher) });
    await when(publisher).publishes({ topicName: topicNames[1], payload: 'second', qos });
    await must(second, 'MQTT-3.1.3-6').receiveExactly([message('second')], { until: sentinel(publisher) });
    await must(first, 'MQTT-3.1.3-6').receiveExactly([], { until: ping() });
  },
});

export const emptyIdIsLikeAnyOther = scenario('empty-client-id-is-served-like-any-other', {
  title:
    'A client with an empty client id is served as though it had given one: deliveries, QoS 2, its will, and none after DISCONNECT',
  cites: { v3: ['MQTT-3.1.3-6', 'MQTT-3.1.2-8', 'MQTT-3.14.4-3'] },
  needs: ['empty client id', 'qos 2'],
  async play({ given, when, must }) {
    const [topicName, last, never] = [given.topicName(), given.topicName('will'), given.topicName('no-will')];
    const qos = 2;
    const watcher = await given.subscriber([topicName, last, never], { name: 'watcher', qos });
    const nameless = (willTopic: string) =>
      given.client({ name: 'nameless', clientId: '', will: { topicName: willTopic, message: 'will', qos } });
    const first = await nameless(last);
    await given.subscription(first, topicName, qos);
    await when(first).publishes({ topicName, payload: 'of its own', qos });
    await must(first, 'MQTT-3.1.3-6').receive(message('of its own', { topicName, qos }));
    await must(watcher, 'MQTT-3.1.3-6').receive(message('of its own', { topicName, qos }));
    await when(first).cuts();
    await must(watcher, 'MQTT-3.1.3-6', 'MQTT-3.1.2-8').receive(
      message('will', { topicName: last }),
      given.unhurriedMs,
    );
    const second = await nameless(never);
    await when(second).disconnects();
    const publisher = await given.client({ name: 'publisher' });
    await must(watcher, 'MQTT-3.14.4-3').receiveExactly([], { until: sentinel(publisher, { topicName: never, qos }) });
  },
});

export const emptyIdSessionPresent = scenario('empty-client-id-starts-anew', {
  title: 'An empty client id with CleanSession 1 is accepted with Session Present 0, or refused with CONNACK 0x02',
  cites: { v3: ['MQTT-3.1.3-6', 'MQTT-3.1.3-9', 'MAY-3.1.3.1-c'] },
  async play({ given, when, must }) {
    const client = await given.connection();
    await when(client).sends(given.connect({ clientId: '' }));
    await must(client, 'MQTT-3.1.3-9').reactByOneOf([
      answered(connack({ returnCode: 0, sessionPresent: false })).as('observed', 'accepted'),
      answered(connack({ returnCode: 2, sessionPresent: false })).thenClosed(),
    ]);
  },
});

export const emptyIdNeedsCleanSession = scenario('empty-client-id-with-clean-session-0', {
  title: 'An empty client id with CleanSession 0 gets CONNACK 0x02, then the connection is closed',
  cites: { v3: ['MQTT-3.1.3-8'] },
  async play({ given, when, must }) {
    const client = await given.connection();
    await when(client).sends(given.connect({ clientId: '', cleanSession: false }));
    await must(client).reactByOneOf([answered(connack({ returnCode: 2, sessionPresent: false })).thenClosed()]);
  },
});

const pairs: readonly (readonly [id: string, title: string, other: (clientId: string) => string])[] = [
  ['case', 'in the case of a letter', (clientId) => `${clientId.slice(0, -1)}X`],
  ['last-of-23', 'in the last of 23 characters', (clientId) => `${clientId.slice(0, -1)}y`],
  ['length', 'in its length', (clientId) => clientId.slice(0, -1)],
];

export const idsAreCompared = pairs.map(([id, title, other]) =>
  scenario(`session-by-client-id-${id}`, {
    title: `A session is not found under a client id that differs ${title}`,
    cites: { v3: ['MQTT-3.1.3-2'] },
    needs: ['qos 1'],
    async play({ given, when, must }) {
      const clientId = given.clientId().padEnd(23, 'x');
      // With a subscription of QoS 1: some targets call a session without one not present, which is judged elsewhere.
      const owner = await given.subscriber(given.topicName(), { name: 'owner', clientId, cleanSession: false, qos: 1 });
      await when(owner).disconnects();
      const stranger = await given.connection('stranger');
      await when(stranger).sends(given.connect({ clientId: other(clientId), cleanSession: false }));
      await must(stranger).receive(connack({ returnCode: 0, sessionPresent: false }));
      await when(stranger).disconnects();
      await given.resumed(owner);
    },
  }),
);

/** What looks like it, and is another id. */
const lookalikes: readonly (readonly [what: string, other: (clientId: string) => string])[] = [
  ['decomposed', (clientId) => clientId.normalize('NFD')],
  ['with another letter in its place', (clientId) => clientId.replace('\u00E9', '\u00E8')],
  ['with "?" in its place', (clientId) => clientId.replace('\u00E9', '?')],
  ['with a blank behind', (clientId) => `${clientId} `],
  ['with a blank before', (clientId) => ` ${clientId}`],
  ['with U+FEFF behind', (clientId) => `${clientId}\uFEFF`],
  ['with U+FEFF before', (clientId) => `\uFEFF${clientId}`],
];

export const lookalikesAreOthers = scenario('session-by-client-id-that-looks-like-it', {
  title: 'A session is not found under a client id that merely looks like its own',
  cites: { v3: ['MQTT-3.1.3-2', 'MQTT-1.5.3-3'] },
  needs: ['qos 1'],
  async play({ given, when, must, observe }) {
    const clientId = `${given.clientId()}\u00E9`;
    const owner = await given.connection('owner');
    await when(owner).sends(given.connect({ clientId, cleanSession: false }));
    const answer = await owner.gets({ type: 'connack' });
    // A server may refuse ids of other characters than digits and letters.
    if (answer?.packet.type !== 'connack' || answer.packet.returnCode !== 0)
      return given.skip('the target refuses a client id with "\u00E9"');
    await given.subscription(owner, given.topicName(), 1);
    await when(owner).disconnects();
    for (const [what, other] of lookalikes) {
      const stranger = await given.connection(`stranger ${what}`);
      await when(stranger).sends(given.connect({ clientId: other(clientId), cleanSession: false }));
      const theirs = await stranger.gets({ type: 'connack' });
      if (theirs?.packet.type !== 'connack' || theirs.packet.returnCode !== 0) observe(`an id ${what} is refused`);
      else
        must(stranger, 'MQTT-3.1.3-2', ...(what.includes('U+FEFF') ? (['MQTT-1.5.3-3'] as const) : [])).satisfy(
          !theirs.packet.sessionPresent,
          {
            expected: `no session for an id ${what}`,
            got: 'Session Present 1',
          },
        );
      if (stranger.connection.isOpen) await when(stranger).disconnects();
    }
    await given.resumed(owner);
  },
});

/** Ids that a server may refuse, and others that begin like them. */
const unusualPairs = [
  [
    'in its 24th character',
    (clientId: string) => `${clientId.padEnd(23, 'x')}a`,
    (id: string) => `${id.slice(0, -1)}b`,
  ],
  ['in its 257th byte', (clientId: string) => clientId.padEnd(257, 'x'), (id: string) => id.slice(0, -1)],
] as const;

export const unusualIdsAreCompared = scenario('session-by-unusual-client-id', {
  title: 'A client id that is accepted is compared whole, also beyond 23 characters',
  cites: { v3: ['MQTT-3.1.3-2'] },
  async play({ given, when, must, observe }) {
    await given.each(unusualPairs, async ([what, idOf, otherOf]) => {
      const clientId = idOf(given.clientId());
      const owner = await given.connection('owner');
      await when(owner).sends(given.connect({ clientId, cleanSession: false }));
      const answer = await owner.awaits({ type: 'connack' });
      const accepted = answer?.packet.type === 'connack' && answer.packet.returnCode === 0;
      if (!accepted) return observe(`refused: one that differs ${what}`);
      await when(owner).disconnects();
      const stranger = await given.connection('stranger');
      await when(stranger).sends(given.connect({ clientId: otherOf(clientId), cleanSession: false }));
      await must(stranger).reactByOneOf([
        answered(connack({ returnCode: 0, sessionPresent: false })),
        answered(connack({ returnCode: 2 })).thenClosed(),
        closed(),
      ]);
    });
  },
});
