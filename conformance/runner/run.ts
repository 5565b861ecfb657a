// One run: from an address to a report. In: options. Out: events, and at the end the report.
import { invariants } from '../invariants/all.ts';
import { catalogue } from '../spec/catalogue.ts';
import type { ChosenReadings } from '../spec/readings.ts';
import type { Address } from '../target/address.ts';
import { formatAddress } from '../target/address.ts';
import type { Capabilities } from '../target/capabilities.ts';
import type { Ends } from '../target/ends.ts';
import type { Hints } from '../target/hints.ts';
import { NoTarget, SilentTarget } from '../target/no-target.ts';
import { type ProbeResult, probe } from '../target/probe.ts';
import { connectTo, openQuietly } from '../target/quietly.ts';
import { exitCode, statementResults, summarise } from '../verdict/compute.ts';
import type { RunEvent } from '../verdict/events.ts';
import type { Report, RunHeader, TargetDescription } from '../verdict/report.ts';
import type { Protocol, ScenarioResult } from '../verdict/verdict.ts';
import { elapse, Patience } from '../wire/patience.ts';
import { Leftovers } from '../wire/play/leftovers.ts';
import { Names, newRunId } from '../wire/play/names.ts';
import type { RunContext } from '../wire/play/run-context.ts';
import { cleanUp } from './clean-up.ts';
import { Crowd } from './crowd.ts';
import { Door } from './door.ts';
import { InvariantWatch } from './invariant-watch.ts';
import { type Filed, missing, protocolsOf } from './plan.ts';
import { Pulse } from './pulse.ts';
import { randomFrom } from './random.ts';
import { type Planned, Schedule } from './schedule.ts';
import { SharedRestart } from './shared-restart.ts';
import { judgeSilence, judgesSilence, silentTarget } from './silence.ts';
import { Sweeper } from './sweeper.ts';
import { thisMachine } from './this-machine.ts';
import { untilTheEnd } from './until-the-end.ts';
import { Witness } from './witness.ts';

export interface RunOptions {
  readonly address: Address;
  readonly hints?: Hints;
  /** How disputed sentences are read; by default where left out. */
  readonly readings?: ChosenReadings;
  /** Plays what takes a slow target long all the same. */
  readonly thorough?: boolean;
  /** What to play, in the order of the standard. */
  readonly scenarios: readonly Filed[];
  /** Undefined: 3.1.1, and 3.1 where the target accepts it. */
  readonly protocols?: readonly Protocol[];
  /** Bound of a reply and of a close, in milliseconds. Left out: by how fast the target answers when it is probed. */
  readonly timeoutMs?: number;
  /** How many scenarios are played at the same time. Left out: by how fast the target answers when it is probed. */
  readonly concurrency?: number;
  /** How often a failing scenario is played again, alone. */
  readonly repeatFailures: number;
  readonly seed: number;
  /** Longest time in milliseconds to wait for an end by keep-alive, counted from when it is due. */
  readonly lateKeepAliveMs?: number;
  readonly version: string;
  /** Options as reports show them. */
  readonly shownOptions: RunHeader['options'];
  readonly emit: (event: RunEvent) => void;
  /** The target ends with the run: what is left on it need not be removed. */
  readonly targetEnds?: boolean;
  /** Looks on at a new connection of a scenario. */
  readonly onlooker?: RunContext['onlooker'];
  /** Ends the run early: what was measured is reported. */
  readonly interrupted: AbortSignal;
}

/** How the scenarios' part of a run ended. */
interface Ending {
  readonly endedBy: Report['run']['endedBy'];
  readonly reason?: string;
}

/** mosquitto enforces a keep-alive of 1 s after 3 to 7 s. */
const defaultLateKeepAliveMs = 10_000;
/** Bounds of a reply where the user sets none. */
const longestReplyMs = 1_500;
const shortestReplyMs = 400;
const timesTheSlowest = 8;
/** Of replies of every kind, which are more than SUBACKs and so know better. */
const timesTheSlowestOfAll = 2.5;

/** A target that answers at once need not be waited for as long as one that does not. Silence is believed only once a newcomer was served. */
function boundFor({ slowestReplyMs, slowestOfAllMs }: Capabilities): number {
  const seldomExceeded = Math.max(slowestReplyMs * timesTheSlowest, slowestOfAllMs * timesTheSlowestOfAll);
  return Math.min(longestReplyMs, Math.max(shortestReplyMs, Math.round(seldomExceeded)));
}

/** A longer bound that is found out while scenarios are played: who takes his time over closing takes about the same each time. */
const boundForEnds = async ({ slowestMs }: Ends): Promise<number> => Math.round((await slowestMs) * timesTheEnd);
const timesTheEnd = 2;

/** Who answers at once can be asked more at the same time; a small segment held back by TCP for 40 ms is no load. */
const lanesFor = (capabilities: Capabilities): number => (isQuick(capabilities) ? 48 : 24);
const isQuick = ({ slowestReplyMs }: Capabilities): boolean => slowestReplyMs < quickReplyMs;
const quickReplyMs = 60;

/** What did not come in time is waited for longer before it counts as stable. */
const timesLongerInRepeats = 2;

/** A target that keeps a witness waiting longer than this is not believed to be merely slow. */
const witnessLimitMs = 20_000;
/** After an interruption the clean-up has to be done in this time. */
const hurriedCleanUpMs = 600;

/** Plays the scenarios. Resolves with the report; never rejects for anything that the target does. */
export async function run(options: RunOptions): Promise<Report> {
  const began = performance.now();
  const now = (): number => performance.now() - began;
  const random = randomFrom(options.seed);
  const names = new Names(newRunId(Math.random));
  const header: RunHeader = {
    runId: names.runId,
    tool: { name: 'mqttspec', version: options.version },
    seed: options.seed,
    address: formatAddress(options.address),
    options: options.shownOptions,
    startedAt: new Date().toISOString(),
    machine: thisMachine(),
  };
  const emit = untilTheEnd(options.emit);
  emit({ type: 'run:start', header, planned: options.scenarios.length });
  const leftovers = new Leftovers();
  const basics = { address: options.address, names, leftovers, now, replyMs: options.timeoutMs ?? longestReplyMs };
  const results: ScenarioResult[] = [];
  let ending: Ending = { endedBy: 'finished' };
  let known: ProbeResult | undefined;
  let silent: TargetDescription | undefined;
  try {
    known = await unless(options.interrupted, probe({ ...basics, protocols: options.protocols }));
    emit({ type: 'target:known', target: known.description });
    ending = await play({ ...options, emit, names, leftovers, now, random, known, results });
  } catch (error) {
    ending = endingOf(error, options.interrupted);
    if (error instanceof SilentTarget && judgesSilence(options.scenarios)) {
      silent = silentTarget(header.address);
      emit({ type: 'target:known', target: silent });
      const judged = judgeSilence({ ...options, ...basics, emit, random });
      results.push(...(await unless(options.interrupted, judged).catch(() => [])));
      // Who answered at last, or was gone, is no silent target: what was said of it stands.
      ending = options.interrupted.aborted
        ? endingOf(error, options.interrupted)
        : results.some(({ verdict }) => verdict === 'fail')
          ? { ...ending, endedBy: 'finished' }
          : ending;
    }
  }
  known?.ends.close();
  if (known !== undefined && options.targetEnds !== true)
    await tidy(cleanUp({ ...basics, level: levelOf(known) }), ending);
  const report = makeReport({ header, results, ending, target: known?.description ?? silent, durationMs: now() });
  emit({ type: 'run:end', report });
  return report;
}

const levelOf = ({ capabilities }: ProbeResult): 3 | 4 => (capabilities.protocols.includes('3.1.1') ? 4 : 3);

/** After an early end the clean-up is hurried. */
async function tidy(cleaned: Promise<readonly string[]>, { endedBy }: Ending): Promise<void> {
  if (endedBy === 'finished') await cleaned;
  else await Promise.race([cleaned, elapse(hurriedCleanUpMs)]);
}

class Interrupted extends Error {}

/** The value, or a rejection as soon as the run is interrupted. */
function unless<T>(interrupted: AbortSignal, value: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(new Interrupted());
    if (interrupted.aborted) stop();
    interrupted.addEventListener('abort', stop, { once: true });
    value.then(resolve, reject).finally(() => interrupted.removeEventListener('abort', stop));
  });
}

function endingOf(error: unknown, interrupted: AbortSignal): Ending {
  if (error instanceof Interrupted || interrupted.aborted)
    return { endedBy: 'interrupted', reason: 'interrupted by the user' };
  if (error instanceof NoTarget) return { endedBy: 'target lost', reason: error.message };
  return {
    endedBy: 'own error',
    reason: `an error of mqttspec itself: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
  };
}

interface PlayOptions extends RunOptions {
  readonly names: Names;
  readonly leftovers: Leftovers;
  readonly now: () => number;
  readonly random: () => number;
  readonly known: ProbeResult;
  readonly results: ScenarioResult[];
}

async function play(options: PlayOptions): Promise<Ending> {
  const { address, names, leftovers, now, known, results, emit, interrupted } = options;
  const replyMs = options.timeoutMs ?? boundFor(known.capabilities);
  const longerMs = options.timeoutMs === undefined ? boundForEnds(known.ends) : undefined;
  const restarts = options.hints?.restart === undefined ? undefined : new SharedRestart(options.hints.restart);
  const hints = {
    ...(address.scheme.startsWith('ws') ? { websocket: address } : {}),
    ...options.hints,
    ...(restarts === undefined ? {} : { restart: () => restarts.restart() }),
  };
  const { capabilities } = known;
  const level = levelOf(known);
  const witness = new Witness({
    names,
    capabilities,
    limitMs: witnessLimitMs,
    connect: (clientId) => connectTo(address, { level, clientId }),
    open: (name) => openQuietly({ address, leftovers, now, replyMs: longestReplyMs * 4 }, name),
  });
  if (!(await unless(interrupted, witness.open())))
    return { endedBy: 'target lost', reason: 'the target refused a connection after it was probed' };
  const sweeper = new Sweeper({
    connect: () => connectTo(address, { level, clientId: names.clientId() }),
    // That a message was published to clear it does not say that it is cleared.
    open: (name) => openQuietly({ address, leftovers: new Leftovers(), now, replyMs: longestReplyMs }, name),
  });
  await unless(interrupted, sweeper.open());
  const door = new Door(async () => void (await witness.accepts()));
  const crowd = new Crowd({ now, turnsAway: () => witness.turnsAway() });
  const restOfRun = new AbortController();
  const pulse = new Pulse({
    alive: () => witness.alive(),
    answers: () => witness.accepts(),
    pings: () => witness.pings(),
    now,
    lost: () => schedule.lose(),
  });
  // The text of 3.1 leaves flags, lengths and reactions open: there the scenarios alone judge.
  const watches = new Map(
    capabilities.protocols.includes('3.1.1') ? [['3.1.1' as Protocol, new InvariantWatch(now)]] : [],
  );
  const context = (protocol: Protocol): RunContext => ({
    address,
    hints,
    readings: options.readings ?? {},
    thorough: options.thorough ?? false,
    capabilities,
    names,
    leftovers,
    now,
    random: options.random,
    lateKeepAliveMs: options.lateKeepAliveMs ?? defaultLateKeepAliveMs,
    restOfRun: restOfRun.signal,
    patience: new Patience({
      replyMs,
      witness: () => pulse.feel(),
      ...(longerMs === undefined ? {} : { longerMs }),
    }),
    witness: () => witness.exchange(),
    sweep: (topicNames) => sweeper.sweep(topicNames),
    admit: () => door.admit(),
    turnedAway: () => void crowd.suspect(),
    ...(options.onlooker === undefined ? {} : { onlooker: options.onlooker }),
    invariants: (scenarioId, connection) => {
      const watch = watches.get(protocol);
      return watch === undefined ? [] : [watch.watcher(scenarioId, connection)];
    },
  });
  const contexts = new Map(capabilities.protocols.map((protocol) => [protocol, context(protocol)]));
  const contextOf = (protocol: Protocol): RunContext => contexts.get(protocol) ?? context(protocol);
  const planned = options.scenarios.flatMap(({ section, scenario }) =>
    protocolsOf(scenario, capabilities.protocols).map((protocol): Planned => {
      const lacking = scenario.needs
        .map((need) => missing(need, { capabilities, address, hints }))
        .find((reason) => reason !== undefined);
      return { section, scenario, protocol, ...(lacking === undefined ? {} : { skipBecause: lacking }) };
    }),
  );
  emit({ type: 'run:planned', results: planned.length + watches.size * invariants.length });
  const schedule = new Schedule({
    planned,
    contextOf,
    contextOfRepeat: (protocol, { hearsAll = false }) => {
      const first = contextOf(protocol);
      // Behind all others nothing keeps a quick target from answering in its time.
      if (hearsAll && isQuick(capabilities)) return first;
      return { ...first, patience: first.patience.longer(timesLongerInRepeats) };
    },
    concurrency: options.concurrency ?? lanesFor(known.capabilities),
    repeatFailures: options.repeatFailures,
    restOfRun,
    crowd,
    emit,
    now,
    ...(restarts === undefined ? {} : { restarts }),
    targetAnswers: async () => (await witness.exchange()) !== 'an uninvolved client cannot connect any more',
  });
  try {
    const lost = await unless(interrupted, schedule.play());
    results.push(...schedule.results());
    for (const [protocol, watch] of watches) {
      for (const result of watch.results(protocol)) {
        results.push(result);
        emit({ type: 'scenario:end', result });
      }
    }
    return lost
      ? { endedBy: 'target lost', reason: 'the target stopped answering in the middle of the run' }
      : { endedBy: 'finished' };
  } catch (error) {
    schedule.stop();
    results.push(...schedule.results());
    throw error;
  } finally {
    sweeper.close();
    witness.close();
  }
}

interface ReportParts {
  readonly header: RunHeader;
  readonly results: readonly ScenarioResult[];
  readonly ending: Ending;
  readonly target: TargetDescription | undefined;
  readonly durationMs: number;
}

function makeReport({ header, results, ending, target, durationMs }: ReportParts): Report {
  const broke = results.find(({ verdict }) => verdict === 'error');
  const reason = ending.reason ?? (broke === undefined ? undefined : `an error of mqttspec itself in ${broke.id}`);
  return {
    format: 'mqttspec-report',
    formatVersion: 1,
    run: {
      ...header,
      endedAt: new Date().toISOString(),
      durationMs: Math.round(durationMs),
      complete: ending.endedBy === 'finished',
      endedBy: ending.endedBy,
      exitCode: exitCode({ endedBy: ending.endedBy, scenarios: results }),
      scenarioMs: Math.round(results.reduce((sum, result) => sum + result.durationMs, 0)),
      ...(reason === undefined ? {} : { reason }),
    },
    target: target ?? null,
    summary: summarise(results),
    statements: statementResults(results, catalogue),
    scenarios: results,
  };
}
