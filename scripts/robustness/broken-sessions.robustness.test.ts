// Sessions in which one thing is wrong, against the core alone: what has to end a connection ends it, and what is right is served.
import { expect, test } from 'vitest';
import { SampleBroker, SampleClient } from '../../reference/broker/core/sample-broker.ts';
import { BrokenSessions, lastTopic } from './broken-sessions.ts';
import { Random } from './random.ts';
import { seed, streams } from './stream-count.ts';

const count = streams * 20;

test(`${count.toLocaleString('en')} sessions, seed ${seed}: nothing is served behind what has to end a connection`, () => {
  const random = new Random(seed);
  const source = new BrokenSessions(random);
  const broker = new SampleBroker({ limits: { maxQueuedMessages: 200 } });
  const watcher = broker.subscriber('watcher', { [lastTopic]: 0 });
  const served = { sound: 0, perhaps: 0, fatal: 0 };
  for (let number = 0; number < count; number++) {
    const { bytes, what, isFatal } = source.next();
    const client = new SampleClient(broker.core);
    const cut = random.chance(30) ? random.below(bytes.length) : 0;
    if (cut > 0) client.sends(bytes.slice(0, cut));
    client.sends(bytes.slice(cut));
    const isServed = watcher.told().includes(`publish ${lastTopic} ${number} qos 0`);
    const closed = client.closed;
    client.cut();
    if (isServed) served[what === undefined ? 'sound' : isFatal ? 'fatal' : 'perhaps']++;
    if (what === undefined ? !isServed || closed : isFatal && isServed)
      expect.fail(
        `session ${number} (${what ?? 'sound'}) ${isServed ? 'is' : 'is not'} served: ${Buffer.from(bytes).toString('hex')}`,
      );
    if (watcher.closed) expect.fail(`the watcher was ended behind session ${number}`);
  }
  expect(served.sound).toBeGreaterThan(count / 40);
  expect(served.perhaps).toBeGreaterThan(count / 40);
});
