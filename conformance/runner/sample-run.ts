// For tests: all that needs no real timers, against a target that may do what it does. What fails or comes to no verdict is played once
// more, as in every run: a machine that is busy with other tests may let a bound run out.
import { serverScenarios } from '../scenarios/all.ts';
import type { Report } from '../verdict/report.ts';
import type { Protocol } from '../verdict/verdict.ts';
import { run } from './run.ts';

/** Plays against a target on this machine. */
export const playedAt = (port: number, protocols: readonly Protocol[]): Promise<Report> =>
  run({
    address: { scheme: 'mqtt', host: '127.0.0.1', port, path: '' },
    scenarios: serverScenarios.filter(({ scenario }) => !scenario.timed),
    protocols,
    repeatFailures: 1,
    timeoutMs: 700,
    seed: 1,
    version: 'test',
    shownOptions: {},
    emit: () => {},
    interrupted: new AbortController().signal,
  });
