// A target that takes a CONNECT and never says a word. In: the plan. Out: the one verdict that can be given, by playing what speaks of it;
// all the rest is skipped.
import type { RunEvent } from '../verdict/events.ts';
import type { TargetDescription } from '../verdict/report.ts';
import type { ScenarioResult } from '../verdict/verdict.ts';
import { Patience } from '../wire/patience.ts';
import type { RunContext } from '../wire/play/run-context.ts';
import type { Filed } from './plan.ts';
import { Schedule } from './schedule.ts';

/** CONNACK is due to a plain CONNECT (MQTT-3.1.4-4). */
const ofConnack = 'plain-connect';
const cannotBeJudged = 'the target answers no CONNECT';

/** Nothing is known of a target that lets nobody in; a plain CONNECT needs nothing. */
const nothingKnown: RunContext['capabilities'] = {
  protocols: ['3.1.1'],
  maximumQos: 0,
  retainedMessages: false,
  retainedWildcards: false,
  storedSessions: false,
  refusesStoredSessions: false,
  refusedWills: 'none',
  tellsSessions: false,
  wildcards: false,
  repeatsAtQos1: false,
  emptyClientId: false,
  dollarTopics: false,
  sysTopics: false,
  inFlight: 0,
  largestPacket: 0,
  reordersTopics: false,
  lateSubscriptions: false,
  slowestReplyMs: 0,
  slowestOfAllMs: 0,
};

export const silentTarget = (address: string): TargetDescription => ({
  address,
  protocols: ['3.1.1'],
  capabilities: [],
});

/** Whether the user has asked for what can be judged. */
export const judgesSilence = (scenarios: readonly Filed[]): boolean =>
  scenarios.some(({ scenario }) => scenario.id === ofConnack);

export interface SilenceOptions extends Pick<RunContext, 'address' | 'names' | 'leftovers' | 'now' | 'random'> {
  readonly onlooker?: RunContext['onlooker'];
  readonly scenarios: readonly Filed[];
  readonly readings?: RunContext['readings'];
  /** Bound of a reply, in milliseconds. */
  readonly replyMs: number;
  readonly repeatFailures: number;
  readonly interrupted: AbortSignal;
  readonly emit: (event: RunEvent) => void;
}

/** A CONNACK is waited for longer than an ordinary reply where none has come yet. */
const timesLonger = 2;

export async function judgeSilence(options: SilenceOptions): Promise<ScenarioResult[]> {
  const { scenarios, repeatFailures, emit, replyMs, readings = {}, interrupted, onlooker, ...basics } = options;
  // There is nobody to ask whether the target is merely slow.
  const patience = new Patience({ replyMs: replyMs * timesLonger });
  const context: RunContext = {
    ...basics,
    hints: {},
    thorough: false,
    readings,
    capabilities: nothingKnown,
    lateKeepAliveMs: 0,
    restOfRun: interrupted,
    patience,
    witness: () => Promise.resolve(undefined),
    sweep: () => {},
    admit: () => Promise.resolve(),
    turnedAway: () => {},
    ...(onlooker === undefined ? {} : { onlooker }),
    invariants: () => [],
  };
  const planned = scenarios
    .filter(({ scenario }) => scenario.protocols.includes('3.1.1'))
    .map(({ section, scenario }) => ({
      section,
      scenario,
      protocol: '3.1.1' as const,
      ...(scenario.id === ofConnack ? {} : { skipBecause: cannotBeJudged }),
    }));
  emit({ type: 'run:planned', results: planned.length });
  const schedule = new Schedule({
    planned,
    contextOf: () => context,
    contextOfRepeat: () => ({ ...context, patience: patience.longer(timesLonger) }),
    concurrency: 1,
    repeatFailures,
    restOfRun: new AbortController(),
    emit,
    now: context.now,
    targetAnswers: () => Promise.resolve(true),
  });
  await schedule.play();
  return schedule.results();
}
