// Runs the suite against one faulty broker. In: a fault. Out: which scenarios caught it, and under which statements.
import { type Broker, startBroker } from '../../reference/broker/index.ts';
import { openMemoryStore } from '../../reference/storage/memory-store.ts';
import { invariants } from '../invariants/all.ts';
import type { Filed } from '../runner/plan.ts';
import { run } from '../runner/run.ts';
import { type EmbeddedPlaces, embeddedUser, forbiddenTopic, letsIn } from '../target/embedded-rules.ts';
import type { Fault } from './fault.ts';

export interface Detection {
  readonly name: string;
  /** Ids of the scenarios whose verdict names a violation. */
  readonly caughtBy: readonly string[];
  /** Statements that got the verdict. */
  readonly blamed: readonly string[];
  /** Scenarios of which nothing can be said against this broker. */
  readonly inconclusive: readonly string[];
  readonly attributed: boolean;
  /** Why the run gave no report, if it gave none. */
  readonly broke?: string;
  readonly durationMs: number;
}

/** Replies of a broker in this process come at once: a short bound keeps the table quick. */
const timeoutMs = 700;
const lateKeepAliveMs = 1_500;

/** What invariants judge shows in any traffic. */
const ordinaryTraffic: ReadonlySet<string> = new Set([
  '7-conformance',
  '2.3-packet-identifier',
  '3.2-connack',
  '3.8-subscribe',
]);

/** The scenarios that speak of what a fault breaks: enough to see whether it is caught, and blamed on the right statement. */
export function relevantTo(fault: Fault, scenarios: readonly Filed[]): Filed[] {
  const broken: ReadonlySet<string> = new Set(fault.violates);
  const byInvariants = invariants.some(({ cites }) => cites.some((id) => broken.has(id)));
  return scenarios.filter(
    ({ section, scenario: { cites } }) =>
      cites.v3.some((id) => broken.has(id)) ||
      cites.v31?.some((id) => broken.has(id)) ||
      (byInvariants && ordinaryTraffic.has(section)),
  );
}

interface Restartable extends AsyncDisposable, EmbeddedPlaces {
  restart(): Promise<void>;
}

/** A faulty broker that keeps in a store what it has to keep, as far as its fault lets it. */
async function restartable(fault: Fault): Promise<Restartable> {
  const kept = new Map<string, Uint8Array>();
  const start = ({ port, websocketPort }: EmbeddedPlaces): Promise<Broker> =>
    startBroker({
      listeners: [
        { kind: 'tcp', port },
        { kind: 'ws', port: websocketPort },
      ],
      data: openMemoryStore(kept),
      connectTimeoutMs: 3_000,
      authenticate: letsIn,
      authorize: ({ topic }) => topic !== forbiddenTopic,
      fault,
    });
  let broker = await start({ port: 0, websocketPort: 0 });
  const places = { port: broker.port, websocketPort: broker.places[1]?.port ?? 0 };
  return {
    ...places,
    restart: async () => {
      await broker.stop();
      broker = await start(places);
    },
    [Symbol.asyncDispose]: () => broker.stop(),
  };
}

export async function judgeFault(fault: Fault, scenarios: readonly Filed[]): Promise<Detection> {
  await using broker = await restartable(fault);
  const { port, websocketPort } = broker;
  const at = { host: '127.0.0.1', path: '/mqtt', userName: embeddedUser.name, password: embeddedUser.password };
  const report = await run({
    address: { scheme: 'mqtt', port, ...at },
    hints: {
      websocket: { scheme: 'ws', port: websocketPort, ...at },
      forbiddenTopic,
      restart: () => broker.restart(),
    },
    scenarios,
    protocols: fault.protocols ?? ['3.1.1'],
    timeoutMs,
    lateKeepAliveMs,
    concurrency: 48,
    repeatFailures: 0,
    targetEnds: true,
    seed: 1,
    version: 'faults',
    shownOptions: {},
    emit: () => {},
    interrupted: new AbortController().signal,
  });
  const verdict = fault.breaks === 'SHOULD' ? 'warn' : 'fail';
  const against = report.scenarios.filter((result) => result.verdict === verdict || result.verdict === 'fail');
  const blamed = report.statements
    .filter((result) => result.verdict === verdict || result.verdict === 'fail')
    .map(({ id }) => id);
  return {
    name: fault.name,
    caughtBy: [...new Set(against.map(({ id }) => id))],
    blamed,
    inconclusive: report.scenarios.filter((result) => result.verdict === 'inconclusive').map(({ id }) => id),
    attributed: fault.violates.some((id) => blamed.includes(id)),
    durationMs: report.run.durationMs,
    ...(report.run.endedBy === 'finished' ? {} : { broke: report.run.reason ?? report.run.endedBy }),
  };
}
