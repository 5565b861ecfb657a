// Puts a client on the bench: plays the broker against it, scenario by scenario. In: the command of an adapter. Out: events and a report.
import { clientInvariants } from '../invariants/all.ts';
import { clientScenarios } from '../scenarios/client-all.ts';
import type { ClientScenario } from '../scenarios/client-scenario.ts';
import { catalogue } from '../spec/catalogue.ts';
import { exitCode, scenarioVerdict, statementResults, summarise } from '../verdict/compute.ts';
import type { RunEvent } from '../verdict/events.ts';
import type { Report, RunHeader, TargetDescription } from '../verdict/report.ts';
import type { ScenarioResult } from '../verdict/verdict.ts';
import { Patience } from '../wire/patience.ts';
import { Skipped, Stopped } from '../wire/play/recorder.ts';
import { Adapter, BadAdapter } from '../wire/serve/adapter.ts';
import { ClientStage } from '../wire/serve/client-stage.ts';
import { Listener } from '../wire/serve/listener.ts';
import type { Bend } from '../wire/serve/peer.ts';
import { ClientWatch } from './client-watch.ts';
import { thisMachine } from './this-machine.ts';

export interface ClientRunOptions {
  /** A command of the shell that speaks the protocol of adapters. */
  readonly adapter: string;
  /** The adapter as the report shows it; left out for the reference client. */
  readonly shownAdapter?: string;
  readonly scenarios: readonly ClientScenario[];
  readonly version: string;
  /** Longest wait for a reaction, in milliseconds. */
  readonly timeoutMs?: number;
  /** Scenarios played at the same time, each with a program of its own. */
  readonly concurrency?: number;
  readonly repeatFailures?: number;
  readonly emit?: (event: RunEvent) => void;
  readonly interrupted?: AbortSignal;
  /** Makes the client a faulty one. */
  readonly bend?: () => Bend;
}

const defaultTimeoutMs = 3_000;
const defaultConcurrency = 4;

/** Chooses scenarios by id, section, statement or word; all of them without a wish. */
export function chooseClientScenarios(
  only: readonly string[],
  skip: readonly string[] = [],
): readonly ClientScenario[] {
  const meant = (wish: string) => (one: ClientScenario) =>
    one.id === wish ||
    one.section.split('-')[0] === wish ||
    one.cites.some((id) => id === wish) ||
    `${one.id} ${one.title}`.toLowerCase().includes(wish.toLowerCase());
  return clientScenarios.filter(
    (one) => (only.length === 0 || only.some((wish) => meant(wish)(one))) && !skip.some((wish) => meant(wish)(one)),
  );
}

/** Plays the scenarios. Rejects with BadAdapter where the program is none; whatever the client does is in the report. */
export async function runClient(options: ClientRunOptions): Promise<Report> {
  return await new ClientRun(options).play();
}

class ClientRun {
  readonly #options: ClientRunOptions;
  readonly #emit: (event: RunEvent) => void;
  readonly #began = performance.now();
  readonly #watch = new ClientWatch(clientInvariants);

  constructor(options: ClientRunOptions) {
    this.#options = options;
    this.#emit = options.emit ?? (() => {});
  }

  async play(): Promise<Report> {
    const { adapter: command, shownAdapter, scenarios } = this.#options;
    const { concurrency = defaultConcurrency, interrupted, version } = this.#options;
    const target = await describe(command);
    const header: RunHeader = {
      runId: 'client',
      tool: { name: 'mqttspec', version },
      seed: 0,
      address: target.address,
      options: shownAdapter === undefined ? {} : { adapter: shownAdapter },
      startedAt: new Date().toISOString(),
      machine: thisMachine(),
    };
    this.#emit({ type: 'run:start', header, planned: scenarios.length });
    this.#emit({ type: 'target:known', target });
    const results = new Map<string, ScenarioResult>();
    const queue = [...scenarios];
    const lane = async (): Promise<void> => {
      for (let next = queue.shift(); next !== undefined && interrupted?.aborted !== true; next = queue.shift())
        results.set(next.id, await this.#judge(next));
    };
    await Promise.all(Array.from({ length: concurrency }, lane));
    const played = scenarios.flatMap(({ id }) => results.get(id) ?? []);
    const watched = this.#watch.results();
    for (const result of watched) this.#emit({ type: 'scenario:end', result });
    const report = this.#report(header, target, [...played, ...watched]);
    this.#emit({ type: 'run:end', report });
    return report;
  }

  /** Plays one; what fails is played again before that counts. */
  async #judge(scenario: ClientScenario): Promise<ScenarioResult> {
    const { id, title, section } = scenario;
    this.#emit({ type: 'scenario:start', id, title, section, protocol: '3.1.1' });
    const first = await this.#playOne(scenario);
    const result = first.verdict === 'fail' ? await this.#confirmed(scenario, first) : first;
    this.#emit({ type: 'scenario:end', result });
    return result;
  }

  async #confirmed(scenario: ClientScenario, first: ScenarioResult): Promise<ScenarioResult> {
    const { repeatFailures = 4 } = this.#options;
    let same = 1;
    for (let i = 0; i < repeatFailures; i++) if ((await this.#playOne(scenario)).verdict === first.verdict) same++;
    const runs = 1 + repeatFailures;
    if (runs > 1 && same === 1)
      return {
        ...first,
        verdict: 'inconclusive',
        stability: { runs, same },
        reason: `failed once, and not again in ${repeatFailures} repeats: ${first.reason ?? ''}`,
      };
    return { ...first, stability: { runs, same } };
  }

  async #playOne({ id, title, section, cites, needs, play }: ClientScenario): Promise<ScenarioResult> {
    const now = (): number => performance.now() - this.#began;
    const startedAt = now();
    const common = { id, title, section, protocol: '3.1.1', cites, startedAt } as const;
    await using listener = await Listener.open();
    await using adapter = await Adapter.start(this.#options.adapter);
    const lacking = needs.find((need) => adapter.about?.offers.includes(need) !== true);
    if (lacking !== undefined)
      return {
        ...common,
        verdict: 'skipped',
        reason: `the client does not offer: ${lacking}`,
        checks: [],
        trace: [],
        durationMs: 0,
      };
    const { timeoutMs = defaultTimeoutMs, bend } = this.#options;
    const stage = new ClientStage({
      cites,
      adapter,
      listener,
      // A program that is starved answers nobody: its silence counts once it has answered the bench.
      patience: new Patience({ replyMs: timeoutMs, witness: () => adapter.do('ping').then(() => true) }),
      now,
      watch: (connection) => this.#watch.watcher(id, connection),
      bend,
    });
    const outcome = await outcomeOf(play, stage);
    stage.close();
    const verdict = outcome.verdict ?? scenarioVerdict(stage.checks);
    const trace = stage.tracer.entries({ brief: verdict === 'pass' || verdict === 'observed' });
    const reason = outcome.reason === undefined ? {} : { reason: outcome.reason };
    return { ...common, verdict, checks: stage.checks, trace, durationMs: now() - startedAt, ...reason };
  }

  #report(header: RunHeader, target: TargetDescription, scenarios: readonly ScenarioResult[]): Report {
    const endedBy = this.#options.interrupted?.aborted === true ? 'interrupted' : 'finished';
    return {
      format: 'mqttspec-report',
      formatVersion: 1,
      run: {
        ...header,
        endedAt: new Date().toISOString(),
        durationMs: Math.round(performance.now() - this.#began),
        complete: endedBy === 'finished',
        endedBy,
        exitCode: exitCode({ endedBy, scenarios }),
        scenarioMs: Math.round(scenarios.reduce((sum, { durationMs }) => sum + durationMs, 0)),
      },
      target,
      summary: summarise(scenarios),
      statements: statementResults(scenarios, catalogue),
      scenarios,
    };
  }
}

async function outcomeOf(
  play: ClientScenario['play'],
  stage: ClientStage,
): Promise<{ readonly verdict?: 'skipped' | 'error'; readonly reason?: string }> {
  try {
    await play(stage);
    return {};
  } catch (error) {
    if (error instanceof Skipped) return { verdict: 'skipped', reason: error.message };
    if (error instanceof Stopped) return { reason: error.message };
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { verdict: 'error', reason: `an error of mqttspec itself: ${text}` };
  }
}

/** Who is on the bench, by its own words. */
async function describe(command: string): Promise<TargetDescription> {
  await using adapter = await Adapter.start(command);
  const { about } = adapter;
  if (about === undefined) throw new BadAdapter(`${command} is no adapter`);
  const version = `${about.name} ${about.version}`.trim();
  return {
    address: `client: ${version}`,
    version,
    protocols: ['3.1.1'],
    capabilities: about.offers.map((name) => ({ name, value: true })),
  };
}
