// The stream of events of a run. Reports are made from these alone.
import type { Report, RunHeader, TargetDescription } from './report.ts';
import type { Protocol, ScenarioResult } from './verdict.ts';

export type RunEvent =
  | { readonly type: 'run:start'; readonly header: RunHeader; readonly planned: number }
  /** The target answered and was probed. */
  | { readonly type: 'target:known'; readonly target: TargetDescription }
  /** How many results there will be: some scenarios are played at several protocols. */
  | { readonly type: 'run:planned'; readonly results: number }
  | {
      readonly type: 'scenario:start';
      readonly id: string;
      readonly title: string;
      readonly section: string;
      readonly protocol: Protocol;
    }
  /** A real timer is waited for: for the live line. */
  | {
      readonly type: 'scenario:waits';
      readonly id: string;
      readonly protocol: Protocol;
      readonly waitsFor: string;
      /** How long it will take, where that is known. */
      readonly forMs?: number;
    }
  /** It failed, and is played again before that counts: `scenario:end` follows. */
  | { readonly type: 'scenario:fails'; readonly result: ScenarioResult }
  | { readonly type: 'scenario:end'; readonly result: ScenarioResult }
  /** The end; the report is complete unless `report.run.complete` is false. */
  | { readonly type: 'run:end'; readonly report: Report };

/** Takes the events of a run in their order; `end` is awaited before the process leaves. */
export interface Reporter {
  receive(event: RunEvent): void;
  /** Called once after `run:end`; writes what is still to be written. */
  end(): Promise<void>;
}
