import { expect, test } from 'vitest';
import { type Scenario, type ScenarioText, scenario } from '../scenarios/scenario.ts';
import type { ScenarioResult } from '../verdict/verdict.ts';
import { suback } from '../wire/packets.ts';
import { contextOf, startSilentTarget } from '../wire/play/silent-target.ts';
import type { Stage } from '../wire/play/stage.ts';
import { Schedule } from './schedule.ts';

interface Text {
  readonly concurrency?: number;
  /** Milliseconds that go by between two looks at the clock. */
  readonly tickMs?: number;
}

async function played(scenarios: readonly Scenario[], { concurrency = 6, tickMs = 0 }: Text = {}) {
  await using target = await startSilentTarget();
  const run = contextOf(target.port, async () => true);
  let now = 0;
  const schedule = new Schedule({
    planned: scenarios.map((one) => ({ section: 'test', scenario: one, protocol: '3.1.1' })),
    contextOf: () => run,
    contextOfRepeat: () => run,
    concurrency,
    repeatFailures: 2,
    restOfRun: new AbortController(),
    emit: () => {},
    now: () => (now += tickMs),
    targetAnswers: async () => true,
  });
  await schedule.play();
  return schedule.results();
}

const told = (id: string, play: Scenario['play'], text: Partial<ScenarioText> = {}): Scenario =>
  scenario(id, { title: '', cites: { v3: ['MQTT-3.8.4-1'] }, ...text, play });

const wrong = async ({ given, must }: Stage): Promise<void> =>
  must(await given.client()).satisfy(false, { expected: 'this', got: 'that' });
const silent = async ({ given, must }: Stage): Promise<void> =>
  void (await must(await given.client()).receive(suback(1)));

/** Does this at first, and comes to no verdict in so many repeats. */
function unclearLater(first: Scenario['play'], repeats = Number.POSITIVE_INFINITY): Scenario['play'] {
  let times = 0;
  return async (stage) => {
    const now = times++;
    if (now > 0 && now <= repeats) stage.given.that(false, 'the target is busy');
    await first(stage);
  };
}

const verdicts = (results: readonly ScenarioResult[]) => results.map(({ verdict }) => verdict);

test('repeats without a verdict take back a silence, but not what was seen', async () => {
  const results = await played([told('wrong', unclearLater(wrong)), told('silent', unclearLater(silent))]);
  expect(verdicts(results)).toEqual(['fail', 'inconclusive']);
});

test('where all repeats were without a verdict, one more by itself tells', async () => {
  const [result] = await played([told('silent', unclearLater(silent, 2))]);
  expect(result?.verdict).toBe('fail');
  expect(result?.stability).toEqual({ runs: 2, same: 2 });
});

test('a silence is repeated however long it took, a wrong answer is not', async () => {
  const results = await played([told('wrong', wrong), told('silent', silent)], { tickMs: 3_000 });
  expect(results.map(({ stability }) => stability)).toEqual([
    { runs: 1, same: 1 },
    { runs: 2, same: 2 },
  ]);
});

test('what takes long and comes behind all others is repeated once: the run waits for it', async () => {
  const last = [told('hears all', wrong, { hearsAll: true }), told('alone', wrong, { alone: true })];
  const results = await played([told('beside others', wrong), ...last], { tickMs: 1_500 });
  expect(results.map(({ durationMs, stability }) => ({ isLong: durationMs > 1_000, runs: stability?.runs }))).toEqual([
    { isLong: true, runs: 3 },
    { isLong: true, runs: 2 },
    { isLong: true, runs: 2 },
  ]);
});

test('what has to be alone is alone in its repeats too', async () => {
  let atOnce = 0;
  let most = 0;
  const alone = ['a', 'b', 'c'].map((id) =>
    told(
      id,
      async (stage) => {
        most = Math.max(most, ++atOnce);
        await wrong(stage).finally(() => atOnce--);
      },
      { alone: true },
    ),
  );
  const results = await played(alone);
  expect(results.map(({ stability }) => stability?.runs)).toEqual([3, 3, 3]);
  expect(most).toBe(1);
});

test('long ones are played beside the others from the beginning, and never more at a time than lanes', async () => {
  const begun: string[] = [];
  let atOnce = 0;
  let most = 0;
  const play = (id: string) => async (stage: Stage) => {
    begun.push(id);
    most = Math.max(most, ++atOnce);
    await stage.given.client();
    stage.observe('played');
    atOnce--;
  };
  const short = Array.from({ length: 20 }, (_, i) => told(`short-${i}`, play(`short ${i}`)));
  const long = ['long-1', 'long-2'].map((id) => told(id, play(id), { long: true }));
  await played([...short, ...long]);
  expect(begun.indexOf('long-1')).toBeLessThan(6);
  expect(most).toBe(6);
  begun.length = 0;
  most = 0;
  await played([...short, ...long], { concurrency: 1 });
  expect(most).toBe(1);
  expect(begun.length).toBe(22);
});

test('a remark at level 3 that level 4 does not bear out is played again, and accuses nobody if it does not come again', async () => {
  await using target = await startSilentTarget();
  const run = contextOf(target.port, async () => true);
  let times = 0;
  const once = told(
    'once',
    async ({ given, should }) => should(await given.client()).satisfy(times++ !== 1, { expected: 'this', got: 'that' }),
    { protocols: ['3.1.1', '3.1'] },
  );
  const schedule = new Schedule({
    planned: (['3.1.1', '3.1'] as const).map((protocol) => ({ section: 'test', scenario: once, protocol })),
    contextOf: () => run,
    contextOfRepeat: () => run,
    concurrency: 1,
    repeatFailures: 2,
    restOfRun: new AbortController(),
    emit: () => {},
    now: () => 0,
    targetAnswers: async () => true,
  });
  await schedule.play();
  expect(verdicts(schedule.results())).toEqual(['pass', 'inconclusive']);
});

test('while the last one still waits, what has failed is played again', async () => {
  let playedAgain = (): void => {};
  const again = new Promise<void>((done) => {
    playedAgain = done;
  });
  let times = 0;
  const failing = told('failing', async (stage) => {
    if (times++ > 0) playedAgain();
    await wrong(stage);
  });
  const waiting = told('waiting', async (stage) => {
    await again;
    stage.observe('played');
  });
  const results = await played([waiting, failing], { concurrency: 2 });
  expect(verdicts(results)).toEqual(['observed', 'fail']);
});

test('what waits for long is played again at once, what does not at the end', async () => {
  const begun: string[] = [];
  const play = (id: string) => async (stage: Stage) => {
    begun.push(id);
    await (id === 'short' ? stage.observe('played') : silent(stage));
  };
  const order = async (tickMs: number): Promise<string[]> => {
    begun.length = 0;
    await played(
      ['silent', 'short'].map((id) => told(id, play(id))),
      { concurrency: 1, tickMs },
    );
    return [...begun];
  };
  expect(await order(3_000)).toEqual(['silent', 'silent', 'short']);
  expect(await order(0)).toEqual(['silent', 'short', 'silent', 'silent']);
});

test('a target that hangs ends the run: what waits for it is left, what was played before stays', async () => {
  await using target = await startSilentTarget();
  const run = contextOf(target.port, async () => true);
  const scenarios = [
    told('judged', async (stage) => stage.observe('played')),
    told('hangs', async () => {
      schedule.lose();
      await new Promise(() => {});
    }),
    told('not begun', wrong),
  ];
  const schedule = new Schedule({
    planned: scenarios.map((one) => ({ section: 'test', scenario: one, protocol: '3.1.1' })),
    contextOf: () => run,
    contextOfRepeat: () => run,
    concurrency: 1,
    repeatFailures: 2,
    restOfRun: new AbortController(),
    emit: () => {},
    now: () => 0,
    targetAnswers: async () => true,
  });
  expect(await schedule.play()).toBe(true);
  expect(verdicts(schedule.results())).toEqual(['observed']);
});
