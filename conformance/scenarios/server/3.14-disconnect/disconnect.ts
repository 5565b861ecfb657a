// DISCONNECT: section 3.14.
import { message } from '../../../wire/packets.ts';
import { closed } from '../../../wire/play/reaction.ts';
import { scenario } from '../../scenario.ts';

const nibbles = Array.from({ length: 15 }, (_, i) => i + 1);

export const wrongFlags = scenario('disconnect-with-wrong-flags', {
  title: 'A DISCONNECT with reserved flags set closes the connection',
  cites: { v3: ['MQTT-3.14.1-1'] },
  async play({ given, when, must }) {
    await given.each(nibbles, async (nibble) => {
      const client = await given.client();
      await when(client).sendsBytes(Uint8Array.of(0xe0 | nibble, 0), `DISCONNECT with the flags ${nibble.toString(2)}`);
      await must(client).reactByOneOf([closed()]);
    });
  },
});

/** A good DISCONNECT ends in a close as well: only the will tells the difference. */
export const wrongFlagsKeepWill = scenario('disconnect-with-wrong-flags-is-none', {
  title: 'A DISCONNECT with reserved flags set is none: the will is published',
  cites: { v3: ['MQTT-3.14.1-1'] },
  async play({ given, when, must, should }) {
    const topicName = given.topicName('will');
    const qos = given.assuredQos;
    const watcher = await given.subscriber(topicName, { name: 'watcher', qos });
    const client = await given.client({ will: { topicName, message: 'no disconnect', qos } });
    await when(client).sendsBytes(Uint8Array.of(0xe1, 0), 'DISCONNECT with the flags 0001');
    given.that(
      (await client.connection.waitFor(() => client.connection.ending)) !== undefined,
      'the connection stays open',
    );
    const [verdict] = given.disputed('malformed-disconnect', { will: 'must', either: 'should' } as const);
    await (verdict === 'must' ? must : should)(watcher).receive(message('no disconnect'), given.unhurriedMs);
  },
});

export const serverCloses = scenario('disconnect-then-close-by-server', {
  title: 'After DISCONNECT the server closes the connection if the client does not',
  cites: { v3: ['SHOULD-3.14.4-a'], v31: ['MQTT31-24'] },
  protocols: ['3.1.1', '3.1'],
  async play({ given, when, should }) {
    const client = await given.client();
    await when(client).sends({ type: 'disconnect' });
    await should(client).reactByOneOf([closed()]);
  },
});

export const nothingBehindDisconnect = scenario('packets-behind-disconnect', {
  title: 'What becomes of a PUBLISH that follows a DISCONNECT in the same segment',
  cites: { v3: ['SHOULD-3.14.4-a'] },
  observesOnly: true,
  async play({ given, when, observe }) {
    const topicName = given.topicName();
    const watcher = await given.subscriber(topicName, { name: 'watcher' });
    const client = await given.client();
    await when(client).sends(
      { type: 'disconnect' },
      { type: 'publish', topicName, payload: new Uint8Array([1]), qos: 0, dup: false, retain: false },
    );
    await client.connection.waitFor(() => client.connection.ending);
    const publisher = await given.client({ name: 'publisher', clientId: client.clientId });
    await when(publisher).publishes({ topicName, payload: 'end' });
    given.that((await watcher.awaits(message('end'))) !== undefined, 'the route does not work');
    observe(watcher.take({ type: 'publish', topicName }) === undefined ? 'not processed' : 'processed');
  },
});
