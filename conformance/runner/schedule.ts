// Plays the planned scenarios: those that wait for real timers first and beside the others, the rest a bounded number at a time.
// Whatever waits in silence waits beside the others: at the end of a run both ends would be idle.
// Results stand in the order of the plan, whatever the order of their ends.
import type { Scenario } from '../scenarios/scenario.ts';
import { scenarioVerdict } from '../verdict/compute.ts';
import type { RunEvent } from '../verdict/events.ts';
import type { Protocol, ScenarioResult } from '../verdict/verdict.ts';
import { Skipped, Stopped } from '../wire/play/recorder.ts';
import type { RunContext } from '../wire/play/run-context.ts';
import { Performance } from '../wire/play/stage.ts';
import type { Crowd } from './crowd.ts';
import type { SharedRestart } from './shared-restart.ts';

export interface Planned {
  readonly section: string;
  readonly scenario: Scenario;
  readonly protocol: Protocol;
  readonly skipBecause?: string;
}

export interface ScheduleOptions {
  readonly planned: readonly Planned[];
  readonly contextOf: (protocol: Protocol) => RunContext;
  /** For what is played again: more patient, where the target may have been busy with others. */
  readonly contextOfRepeat: (protocol: Protocol, scenario: Pick<Scenario, 'hearsAll'>) => RunContext;
  readonly concurrency: number;
  readonly repeatFailures: number;
  /** Aborted when only scenarios that watch the rest of the run are left. */
  readonly restOfRun: AbortController;
  readonly emit: (event: RunEvent) => void;
  readonly now: () => number;
  /** What scenarios that restart the target go by; left out where nobody can restart it. */
  readonly restarts?: Pick<SharedRestart, 'enter' | 'leave'>;
  /** Whether the target turns everybody away; left out where that is of no interest. */
  readonly crowd?: Pick<Crowd, 'suspect' | 'wasFullSince'>;
  /** Whether the target still serves anybody. */
  readonly targetAnswers: () => Promise<boolean>;
}

/** A scenario that took longer is not repeated: so long, or this share of the run so far, for nobody notices a tenth. */
const longestRepeat = { ms: 2_000, share: 0.1 };
/** What comes behind all others keeps the run waiting, and its repeats wait for each other: together they take no longer. */
const longestLastRepeatsMs = 2_000;
/** So many repeats of a scenario are played side by side: four take as long as one. */
const repeatLanes = 4;
const longestSilenceMs = 15_000;
/** So often what was turned away with everybody else asks again to be let in. */
const mostTries = 6;
const turnedAway =
  'the target turned newcomers away meanwhile, as where the number of connections is limited (--concurrency asks for fewer)';
const secondChanceLanes = 8;
/** Of all lanes. */
const shareOfLong = 1 / 6;
/** Who fails after so many milliseconds has waited: it is played again at once, beside all lanes, as many at a time as this share of them. */
const mostlyWaitingMs = 500;
const shareOfWaiting = 1 / 3;

export class Schedule {
  readonly #options: ScheduleOptions;
  readonly #results: (ScenarioResult | undefined)[];
  readonly #playing = new Set<Performance>();
  readonly #failing: number[] = [];
  /** Remarks at level 3 about what is a violation at level 4: accidents among them are told by its verdict. */
  readonly #remarks: number[] = [];
  /** What came to no verdict at first: a target that was busy gets a second chance. */
  readonly #unclear: number[] = [];
  /** The same of what waits for real timers, or for the rest of the run: it is played again behind that. */
  readonly #unclearTimers: number[] = [];
  #turn: Promise<unknown> = Promise.resolve();
  /** Repeats beside all lanes. */
  readonly #beside = new Set<Promise<void>>();
  #stopped = false;
  #lost = false;
  readonly #gone = new AbortController();

  constructor(options: ScheduleOptions) {
    this.#options = options;
    this.#results = options.planned.map(() => undefined);
  }

  /** Plays everything. True if the target was lost on the way. */
  async play(): Promise<boolean> {
    const gone = new Promise<void>((done) => this.#gone.signal.addEventListener('abort', () => done(), { once: true }));
    await Promise.race([this.#playAll(), gone]);
    return this.#lost;
  }

  async #playAll(): Promise<void> {
    const { planned, concurrency, restOfRun } = this.#options;
    const indices = planned.map((_, i) => i);
    const timed = indices.filter((i) => planned[i]?.scenario.timed === true);
    const hearsAll = indices.filter((i) => planned[i]?.scenario.hearsAll === true);
    const alone = indices.filter((i) => planned[i]?.scenario.alone === true);
    const restarting = indices.filter((i) => planned[i]?.scenario.needs.includes('restart') === true);
    const others = indices.filter((i) => ![...timed, ...hearsAll, ...alone, ...restarting].includes(i));
    const lanesOfLong = Math.floor(concurrency * shareOfLong);
    const long = lanesOfLong === 0 ? [] : others.filter((i) => planned[i]?.scenario.long === true);
    const play = (i: number): Promise<void> => this.#playOne(i);
    const timers = timed.map(play);
    const short = others.filter((i) => !long.includes(i));
    await Promise.all([
      this.#inLanes(long, lanesOfLong, play),
      this.#inLanes(short, concurrency - lanesOfLong, play, (lane) => this.#goOn(lane)),
    ]);
    await Promise.all([this.#secondChances(), this.#repeatFailures(), ...this.#beside]);
    await this.#repeatFailures();
    // Behind the repeats too: what is wrong with messages of others is held against a target there alone.
    await this.#inLanes(hearsAll, concurrency, play);
    await Promise.all([this.#secondChances(), this.#repeatFailures(), ...this.#beside]);
    // What repeats them has to be alone too, ahead of what is hard on the target.
    await this.#inLanes(alone, 1, async (i) => {
      await this.#playOne(i);
      await this.#secondChances();
      await this.#repeatFailures();
    });
    restOfRun.abort();
    await Promise.all(timers);
    this.#unclear.push(...this.#unclearTimers.splice(0));
    await this.#secondChances();
    await Promise.all([this.#repeatFailures(), this.#repeatRemarks(), ...this.#beside]);
    // A restart ends every connection: nothing else may be under way, and nothing is repeated. They share it.
    const { restarts } = this.#options;
    restarts?.enter(restarting.length);
    await this.#inLanes(restarting, restarting.length, async (i) => {
      await this.#playOne(i, 'once');
      restarts?.leave();
    });
  }

  /** The target serves nobody any more: `play` resolves, with what was played before. */
  lose(): void {
    this.#lost = true;
    this.#gone.abort();
    this.stop();
  }

  /** Ends what is being played. */
  stop(): void {
    this.#stopped = true;
    this.#options.restOfRun.abort();
    for (const performance of this.#playing) performance.close();
  }

  /** What has been played, in the order of the plan. */
  results(): ScenarioResult[] {
    return this.#results.filter((result) => result !== undefined);
  }

  /** A bounded number at a time. What a lane does when it finds nothing more is given by `then`. */
  async #inLanes(
    indices: readonly number[],
    lanes: number,
    play: (index: number) => Promise<void>,
    then?: (lane: number) => Promise<void>,
  ): Promise<void> {
    const queue = [...indices];
    const lane = async (_: unknown, number: number): Promise<void> => {
      for (let i = queue.shift(); i !== undefined && !this.#over(); i = queue.shift()) await play(i);
      await then?.(number);
    };
    await Promise.all(Array.from({ length: Math.min(lanes, queue.length) }, lane));
  }

  /** While the last are still waiting for something, what has failed or come to no verdict is played again. */
  async #goOn(lane: number): Promise<void> {
    for (let i = this.#failing.shift(); i !== undefined && !this.#over(); i = this.#failing.shift())
      await this.#repeat(i);
    if (lane >= secondChanceLanes) return;
    for (let i = this.#unclear.shift(); i !== undefined && !this.#over(); i = this.#unclear.shift())
      await this.#secondChance(i);
  }

  #over(): boolean {
    return this.#stopped || this.#lost;
  }

  async #playOne(index: number, how?: 'once'): Promise<void> {
    const planned = this.#options.planned[index];
    if (planned === undefined || this.#over()) return;
    const { scenario, section, protocol } = planned;
    this.#options.emit({ type: 'scenario:start', id: scenario.id, title: scenario.title, section, protocol });
    const result = await this.#result(planned);
    if (this.#over()) return;
    const judged = await this.#unlessLost(result);
    if (how === 'once') return this.#tell(index, judged);
    this.#keep(index, judged, scenario.timed ? this.#unclearTimers : this.#unclear);
    const waited = judged.durationMs > mostlyWaitingMs && this.#repeatsOf(judged, scenario) > 0;
    if (!waited || scenario.alone || this.#failing.at(-1) !== index) return;
    const isRoom = this.#beside.size < this.#options.concurrency * shareOfWaiting - 1;
    // At the end of the run there would be nothing beside what is silent for long.
    const isLong = judged.durationMs > longestRepeat.ms;
    if (!isRoom && !isLong) return;
    this.#failing.pop();
    const repeated = this.#repeat(index);
    if (!isRoom) return await repeated;
    const done = repeated.finally(() => this.#beside.delete(done));
    this.#beside.add(done);
  }

  #tell(index: number, result: ScenarioResult): void {
    this.#results[index] = result;
    this.#options.emit({ type: 'scenario:end', result });
  }

  /** Writes a result down; what may change yet is told of later. */
  #keep(index: number, result: ScenarioResult, unclear?: number[]): void {
    this.#results[index] = result;
    const { repeatFailures, emit } = this.#options;
    if (result.verdict === 'fail' && repeatFailures > 0) {
      this.#failing.push(index);
      emit({ type: 'scenario:fails', result });
    } else if (result.verdict === 'warn' && repeatFailures > 0 && this.#atLevel4(result) !== undefined) {
      this.#remarks.push(index);
    } else if (result.verdict === 'inconclusive' && repeatFailures > 0 && unclear !== undefined) unclear.push(index);
    else emit({ type: 'scenario:end', result });
  }

  /** Plays what came to no verdict once more, few at a time. */
  async #secondChances(): Promise<void> {
    await this.#inLanes(this.#unclear.splice(0), secondChanceLanes, (i) => this.#secondChance(i));
  }

  async #secondChance(index: number): Promise<void> {
    const planned = this.#options.planned[index];
    const first = this.#results[index];
    if (planned === undefined || first === undefined) return;
    let result = await this.#result(planned, 'repeat');
    // Who was turned away each time has not been played yet.
    for (let tries = 1; result.reason === turnedAway && tries < mostTries && !this.#over(); tries++)
      result = await this.#result(planned, 'repeat');
    this.#keep(index, await this.#unlessLost(result));
  }

  /** Whether the target has turned away anybody who came, while this was played. */
  async #wasFull(performance: Performance, since: number): Promise<boolean> {
    const { crowd } = this.#options;
    if (performance.wasTurnedAway) await crowd?.suspect();
    return (await crowd?.wasFullSince(since)) ?? false;
  }

  /** A target that is gone fails nothing: what broke is the run. */
  async #unlessLost(result: ScenarioResult): Promise<ScenarioResult> {
    if (!isSuspicious(result.verdict) || (await this.#options.targetAnswers())) return result;
    this.#lost = true;
    return { ...result, verdict: 'inconclusive', reason: 'the target stopped answering while this was played' };
  }

  /** Plays failing scenarios again, after all others, and writes down how often they gave the same verdict. */
  async #repeatFailures(): Promise<void> {
    await this.#inLanes(this.#failing.splice(0), this.#options.concurrency, (index) => this.#repeat(index));
  }

  /** What the same scenario said at level 4, of a result at level 3. */
  #atLevel4({ id, protocol }: Pick<ScenarioResult, 'id' | 'protocol'>): number | undefined {
    if (protocol !== '3.1') return undefined;
    const { planned } = this.#options;
    const at = planned.findIndex((one) => one.scenario.id === id && one.protocol === '3.1.1');
    return at < 0 ? undefined : at;
  }

  /** A remark that level 4 bears out needs no repeats. */
  async #repeatRemarks(): Promise<void> {
    await this.#inLanes(this.#remarks.splice(0), this.#options.concurrency, async (index) => {
      const result = this.#results[index];
      if (result === undefined) return;
      const borneOut = this.#results[this.#atLevel4(result) ?? -1]?.verdict;
      if (borneOut === 'fail' || borneOut === 'warn') this.#options.emit({ type: 'scenario:end', result });
      else await this.#repeat(index);
    });
  }

  async #repeat(index: number): Promise<void> {
    const planned = this.#options.planned[index];
    const first = this.#results[index];
    if (planned === undefined || first === undefined) return;
    const again = this.#over() ? [] : await this.#playAgain(planned, this.#repeatsOf(first, planned.scenario));
    // Where all of them were too much at once, one more by itself may tell.
    if (again.length > 0 && !again.some(isTelling)) again.push(await this.#inTurn(planned));
    // A repeat without a verdict neither confirms nor refutes.
    const telling = again.filter(isTelling);
    const runs = 1 + telling.length;
    const same = 1 + telling.filter(({ verdict }) => verdict === first.verdict).length;
    // What a target does once under load and never again may be its slowness: told of, but no accusation.
    const unconfirmed = same === 1 && (telling.length > 0 || (again.length > 0 && failsBySilence(first)));
    const reason = `failed once, and not again in ${again.length} repeats: ${first.reason ?? ''}`;
    const result: ScenarioResult = {
      ...first,
      stability: { runs, same },
      ...(unconfirmed ? { verdict: 'inconclusive', reason } : {}),
    };
    this.#results[index] = result;
    this.#options.emit({ type: 'scenario:end', result });
  }

  /** Nothing is held against a target for a single silence, even where that took long. */
  #repeatsOf(first: ScenarioResult, { alone, hearsAll }: Pick<Scenario, 'alone' | 'hearsAll'>): number {
    const { repeatFailures, now } = this.#options;
    const { durationMs } = first;
    if (durationMs <= Math.max(longestRepeat.ms, now() * longestRepeat.share)) {
      const isTooMuch = (alone || hearsAll) && durationMs * repeatFailures > longestLastRepeatsMs;
      return isTooMuch ? Math.min(repeatFailures, 1) : repeatFailures;
    }
    return failsBySilence(first) && durationMs < longestSilenceMs ? Math.min(repeatFailures, 1) : 0;
  }

  /** Plays once more; whoever asks for that waits for his turn. */
  #inTurn(planned: Planned): Promise<ScenarioResult> {
    const result = this.#turn.then(() => this.#result(planned, 'confirmation'));
    this.#turn = result;
    return result;
  }

  /** A few side by side, but for what has to be alone. */
  async #playAgain(planned: Planned, times: number): Promise<ScenarioResult[]> {
    const results: ScenarioResult[] = [];
    await this.#inLanes([...Array(times).keys()], planned.scenario.alone ? 1 : repeatLanes, async () => {
      results.push(await this.#result(planned, 'confirmation'));
    });
    return results;
  }

  async #result(
    { scenario, section, protocol, skipBecause }: Planned,
    which: 'first' | 'repeat' | 'confirmation' = 'first',
  ): Promise<ScenarioResult> {
    const { now, contextOf, contextOfRepeat, emit } = this.#options;
    const { id, title } = scenario;
    const startedAt = now();
    const common = {
      id,
      title,
      section,
      protocol,
      cites: protocol === '3.1' ? (scenario.cites.v31 ?? []) : scenario.cites.v3,
      startedAt,
    };
    if (skipBecause !== undefined)
      return { ...common, verdict: 'skipped', reason: skipBecause, checks: [], trace: [], durationMs: 0 };
    const waitsFor = (what: string, forMs?: number): void =>
      emit({ type: 'scenario:waits', id, protocol, waitsFor: what, ...(forMs === undefined ? {} : { forMs }) });
    const run = which === 'first' ? contextOf(protocol) : contextOfRepeat(protocol, scenario);
    const performance = new Performance({ scenario, protocol, run, waitsFor });
    this.#playing.add(performance);
    const outcome = await outcomeOf(scenario, performance);
    const found = scenarioVerdict(performance.checks);
    // Its connections are still open: who comes now finds the target as full as they did.
    const isFull = isSuspicious(outcome.verdict ?? found) && (await this.#wasFull(performance, startedAt));
    performance.close();
    this.#playing.delete(performance);
    if (isFull) {
      const trace = which === 'confirmation' ? [] : performance.tracer.entries({ brief: false });
      const reason = turnedAway;
      return { ...common, verdict: 'inconclusive', reason, checks: [], trace, durationMs: now() - startedAt };
    }
    // Of cases side by side one may not be judged, and another have failed: that counts.
    const verdict = outcome.verdict === 'skipped' && found === 'fail' ? found : (outcome.verdict ?? found);
    // Of a confirmation nothing but its verdict is looked at.
    const brief = verdict === 'pass' || verdict === 'observed';
    const trace = which === 'confirmation' ? [] : performance.tracer.entries({ brief });
    const reason = outcome.reason === undefined ? {} : { reason: outcome.reason };
    // An answer that was kept back may be what failed, whatever the scenario is about.
    const failed = performance.checks.flatMap((check) => (check.verdict === 'fail' ? check.statements : []));
    const cites = [...new Set([...common.cites, ...failed])];
    return { ...common, cites, verdict, checks: performance.checks, trace, durationMs: now() - startedAt, ...reason };
  }
}

const isSuspicious = (verdict: ScenarioResult['verdict']): boolean =>
  ['fail', 'warn', 'inconclusive'].includes(verdict);

const isTelling = ({ verdict }: ScenarioResult): boolean => verdict !== 'inconclusive';

/** What was due did not come: nothing was seen that only a violation explains. */
const failsBySilence = ({ checks }: ScenarioResult): boolean =>
  checks.every(({ verdict, missing = [] }) => verdict !== 'fail' || missing.length > 0);

/** Verdicts that do not follow from checks. */
async function outcomeOf(
  scenario: Scenario,
  performance: Performance,
): Promise<{ readonly verdict?: 'skipped' | 'error'; readonly reason?: string }> {
  try {
    await scenario.play(performance.stage);
    return {};
  } catch (error) {
    if (error instanceof Skipped) return { verdict: 'skipped', reason: error.message };
    if (error instanceof Stopped) return { reason: error.message };
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { verdict: 'error', reason: `an error of mqttspec itself: ${text}` };
  }
}
