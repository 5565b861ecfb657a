// The stage on which a scenario is played: given, when, must, should, may.
import type { Scenario } from '../../scenarios/scenario.ts';
import type { StatementId } from '../../spec/catalogue.ts';
import { statement } from '../../spec/catalogue.ts';
import type { Check as CheckRecord, Protocol } from '../../verdict/verdict.ts';
import { elapse } from '../patience.ts';
import { Tracer } from '../tracer.ts';
import { Check } from './check.ts';
import type { Client } from './client.ts';
import { Given } from './given.ts';
import { Recorder } from './recorder.ts';
import type { RunContext } from './run-context.ts';
import { When } from './when.ts';

/** Asks something of a client's connection in the name of some of the cited statements; of all, if none is named. */
export type Demand = (client: Client, ...statements: readonly StatementId[]) => Check;

export interface Stage {
  /** Sets the scene. What fails here makes the scenario inconclusive. */
  readonly given: Given;
  /** What the tester does. */
  readonly when: (client: Client) => When;
  /** What fails here is a violation, and ends the scenario. */
  readonly must: Demand;
  /** What fails here is a warning. */
  readonly should: Demand;
  /** Whatever happens is recorded. */
  readonly may: Demand;
  /** Records something seen that the standard leaves open. */
  observe(got: string, ...statements: readonly StatementId[]): void;
}

export interface StageOptions {
  readonly scenario: Scenario;
  readonly protocol: Protocol;
  readonly run: RunContext;
  readonly waitsFor: (what: string, forMs?: number) => void;
}

/** How long a target that reorders topics is given to deliver what must not come. */
const quietMs = 300;

/** A scenario being played: its stage, and what it has recorded. */
export class Performance {
  readonly checks: CheckRecord[] = [];
  readonly tracer: Tracer;
  readonly stage: Stage;
  readonly #given: Given;

  constructor({ scenario, protocol, run, waitsFor }: StageOptions) {
    const secrets = run.address.password === undefined ? [] : [new TextEncoder().encode(run.address.password)];
    this.tracer = new Tracer({ now: run.now, secrets });
    const recorder = (onFailure: 'fail' | 'warn' | 'observed'): Recorder =>
      new Recorder({
        tracer: this.tracer,
        checks: this.checks,
        onFailure,
        judgesAnswers: protocol === '3.1.1',
        inThisRun: (check) => (protocol === '3.1' ? atLevel3(check, scenario) : check),
        witness: run.witness,
        quietPeriod: () => (run.capabilities.reordersTopics ? elapse(quietMs) : Promise.resolve()),
      });
    const demand = (onFailure: 'fail' | 'warn' | 'observed'): Demand => {
      const recorded = recorder(onFailure);
      return (client, ...statements) => {
        for (const id of statements) demandCited(id, scenario);
        return new Check(client, recorded, statements.length === 0 ? scenario.cites.v3 : statements);
      };
    };
    this.#given = new Given({ scenario, protocol, run, tracer: this.tracer, recorder: recorder('fail'), waitsFor });
    const observations = recorder('observed');
    this.stage = {
      given: this.#given,
      when: (client) => new When(client, recorder('fail')),
      must: demand('fail'),
      should: demand('warn'),
      may: demand('observed'),
      observe: (got, ...statements) => {
        const about = statements.length === 0 ? scenario.cites.v3 : statements;
        observations.add({ verdict: 'observed', statements: about, expected: 'left open by the standard', got });
      },
    };
  }

  /** The target has let one of its connections not in. */
  get wasTurnedAway(): boolean {
    return this.#given.wasTurnedAway;
  }

  /** Ends every connection that is still open. */
  close(): void {
    this.#given.closeAll();
  }
}

function demandCited(id: StatementId, { id: scenarioId, cites }: Scenario): void {
  if (!cites.v3.includes(id)) throw new TypeError(`${scenarioId} judges ${id}, but does not cite it`);
}

/** MQTT 3.1 words most demands as "should": only its own rows of level MUST can be violated. */
function atLevel3(check: CheckRecord, { cites }: Scenario): CheckRecord {
  const statements = cites.v31 ?? [];
  const solid = statements.some((id) => statement(id).level === 'MUST');
  const verdict = check.verdict === 'fail' && !solid ? 'warn' : check.verdict;
  return { ...check, statements, verdict };
}
