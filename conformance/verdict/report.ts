// `Report`: what `report.json` holds, and all that the HTML page is made from. Versioned: see `format` and `formatVersion`.
import type { Protocol, ScenarioResult, StatementResult, Verdict } from './verdict.ts';

export interface RunHeader {
  /** Letters and digits that mark everything the run leaves on the target. */
  readonly runId: string;
  readonly tool: { readonly name: 'mqttspec'; readonly version: string };
  /** Seed of all random choices. */
  readonly seed: number;
  /** The address as the user gave it, without password. */
  readonly address: string;
  /** Options of the run, passwords masked. */
  readonly options: Readonly<Record<string, string | number | boolean | readonly string[]>>;
  /** ISO 8601. */
  readonly startedAt: string;
  /** Where mqttspec ran, which times depend on; older versions did not write it. */
  readonly machine?: Machine;
}

export interface Machine {
  /** Version of Node, such as `v20.19.5`. */
  readonly node: string;
  /** Operating system and architecture in Node's words, such as `linux x64`. */
  readonly system: string;
  readonly processors: number;
}

/** What probing found out about the target. */
export interface TargetDescription {
  readonly address: string;
  /** As published on `$SYS/broker/version`, if it is. */
  readonly version?: string;
  readonly protocols: readonly Protocol[];
  /** Named capabilities, in the order in which they were probed. */
  readonly capabilities: readonly Capability[];
}

export interface Capability {
  readonly name: string;
  readonly value: string | number | boolean;
  readonly evidence?: string;
}

export interface SectionSummary {
  readonly section: string;
  readonly counts: Readonly<Record<Verdict, number>>;
}

export interface Report {
  readonly format: 'mqttspec-report';
  readonly formatVersion: 1;
  readonly run: RunHeader & {
    readonly endedAt: string;
    readonly durationMs: number;
    /** All that was planned was played. */
    readonly complete: boolean;
    readonly endedBy: 'finished' | 'interrupted' | 'target lost' | 'own error';
    /** In words, where the run did not finish. */
    readonly reason?: string;
    readonly exitCode: 0 | 1 | 3 | 130;
    /** Sum of the times of all scenarios. */
    readonly scenarioMs: number;
  };
  readonly target: TargetDescription | null;
  readonly summary: {
    readonly scenarios: Readonly<Record<Verdict, number>>;
    readonly sections: readonly SectionSummary[];
  };
  /** Every statement of the catalogue, in its order. */
  readonly statements: readonly StatementResult[];
  readonly scenarios: readonly ScenarioResult[];
}
