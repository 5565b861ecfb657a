// What no answer at all says: a violation where the target serves others meanwhile, nothing where it serves nobody.
import { expect, test } from 'vitest';
import { scenario } from '../../scenarios/scenario.ts';
import { scenarioVerdict } from '../../verdict/compute.ts';
import { pingresp, puback, suback, subscribe } from '../packets.ts';
import { sentinel } from './barrier.ts';
import { closed } from './reaction.ts';
import { Stopped } from './recorder.ts';
import { contextOf, startSilentTarget } from './silent-target.ts';
import { Performance, type Stage } from './stage.ts';

async function verdictOf(play: (stage: Stage) => Promise<void>, witness: () => Promise<boolean>): Promise<string> {
  await using target = await startSilentTarget();
  const told = scenario('silence', { title: '', cites: { v3: ['MQTT-3.8.4-1', 'MQTT-3.12.4-1'] }, play });
  const run = contextOf(target.port, witness);
  const performance = new Performance({ scenario: told, protocol: '3.1.1', run, waitsFor: () => {} });
  await told.play(performance.stage).catch((error: unknown) => {
    if (!(error instanceof Stopped)) throw error;
  });
  performance.close();
  return scenarioVerdict(performance.checks);
}

const silences: readonly (readonly [string, (stage: Stage) => Promise<void>])[] = [
  [
    'an answer',
    async ({ given, when, must }) => {
      const client = await given.client();
      await when(client).sends(subscribe(1, { topicFilter: 'a', qos: 0 }));
      await must(client).receive(suback(1));
    },
  ],
  [
    'an answer or the end',
    async ({ given, must }) => {
      await must(await given.client()).receiveOrEnd(puback(1));
    },
  ],
  [
    'PINGRESP',
    async ({ given, when, must }) => {
      const client = await given.client();
      await when(client).sends({ type: 'pingreq' });
      await must(client, 'MQTT-3.12.4-1').receive(pingresp());
    },
  ],
  [
    'being served',
    async ({ given, must }) => {
      await must(await given.client()).beServed();
    },
  ],
  [
    'the end of the connection',
    async ({ given, must }) => {
      await must(await given.client()).end();
    },
  ],
  [
    'a reaction',
    async ({ given, when, must }) => {
      const client = await given.client();
      await when(client).sendsBytes(Uint8Array.of(0xf0, 0), 'a reserved type');
      await must(client).reactByOneOf([closed()]);
    },
  ],
  [
    'messages',
    async ({ given, must }) => {
      const client = await given.client();
      const publisher = await given.client();
      const until = sentinel(publisher, { topicName: 'a', qos: 0 });
      await must(client).receiveExactly([{ type: 'publish', payload: Uint8Array.of(1) }], { until });
    },
  ],
];

test.each(silences)('no sign of %s is a violation where newcomers are served', async (_, play) => {
  let newcomers = 0;
  const verdict = await verdictOf(play, async () => {
    newcomers++;
    return true;
  });
  expect(verdict).toBe('fail');
  expect(newcomers).toBeGreaterThan(1);
});

test.each(silences)('no sign of %s says nothing where no newcomer is served either', async (_, play) => {
  expect(await verdictOf(play, async () => false)).toBe('inconclusive');
});
