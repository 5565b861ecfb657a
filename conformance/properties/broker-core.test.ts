// Publisher → broker → subscriber over connections that break, overlap and lose what is on its way, with a broker that dies and returns.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RuleChanges } from '../../reference/broker/core/rules/rules.ts';
import { CrashingBroker } from './lossy/crashing-broker.ts';
import { LossyClient } from './lossy/lossy-client.ts';
import { numRuns } from './runs.ts';

const step = fc.tuple(
  fc.constantFrom<'publisher' | 'subscriber'>('publisher', 'subscriber'),
  fc.oneof(
    { weight: 4, arbitrary: fc.constant('publish' as const) },
    { weight: 8, arbitrary: fc.constant('broker reads' as const) },
    { weight: 8, arbitrary: fc.constant('client reads' as const) },
    { weight: 2, arbitrary: fc.constant('late' as const) },
    { weight: 1, arbitrary: fc.constant('cut' as const) },
    { weight: 1, arbitrary: fc.constant('overlap' as const) },
    { weight: 1, arbitrary: fc.constantFrom('restart' as const, 'crash' as const) },
  ),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

interface Outcome {
  readonly sent: number;
  readonly delivered: readonly number[];
  readonly left: number;
}

interface Manners {
  readonly rules?: RuleChanges;
  /** Whether answers leave although what they promise is not kept yet. */
  readonly answersAheadOfCommit?: boolean;
}

function play(steps: readonly Step[], qos: 1 | 2, { rules = {}, answersAheadOfCommit = false }: Manners = {}): Outcome {
  const broker = new CrashingBroker(rules);
  const clients = { publisher: new LossyClient(broker, 'p'), subscriber: new LossyClient(broker, 's') };
  const { publisher, subscriber } = clients;
  const everybody = [publisher, subscriber];
  subscriber.subscribe('t');
  settle(broker, everybody);
  let sent = 0;
  for (const [who, what] of steps) {
    const client = clients[who];
    if (what === 'publish') {
      const payload = Uint8Array.of(sent >> 8, sent & 255);
      publisher.publish({ topicName: 't', payload, qos, retain: false }, qos);
      sent++;
    } else if (what === 'broker reads') client.brokerReads();
    else if (what === 'client reads') client.clientReads();
    else if (what === 'late') client.brokerReadsLate();
    else if (what === 'cut') client.cut();
    else if (what === 'overlap') client.overlap();
    else {
      // What is read ahead of a crash is neither kept nor answered.
      if (what === 'crash') client.brokerReads();
      if (answersAheadOfCommit) client.clientReads();
      broker.crash();
      for (const one of everybody) one.brokerDied();
    }
    broker.commit();
  }
  settle(broker, everybody);
  return { sent, delivered: subscriber.delivered, left: publisher.pending };
}

/** Goes on until nothing is on its way; what is stuck then, after the clients have come once more, stays stuck. */
function settle(broker: CrashingBroker, clients: readonly LossyClient[]): void {
  for (const again of [false, true]) {
    if (again) for (const client of clients) client.cut();
    for (let turn = 0; turn < 20_000 && !clients.every((client) => client.isQuiet); turn++) {
      for (const client of clients) {
        client.brokerReads();
        broker.commit();
        client.clientReads();
      }
    }
  }
}

const isInOrder = (numbers: readonly number[]): boolean => numbers.every((number, place) => number === place);
const steps = fc.array(step, { maxLength: 40 });

const exactlyOnce = (manners?: Manners) =>
  fc.property(steps, (all) => {
    const { sent, delivered, left } = play(all, 2, manners);
    return left === 0 && delivered.length === sent && isInOrder(delivered);
  });

const atLeastOnce = (manners?: Manners) =>
  fc.property(steps, (all) => {
    const { sent, delivered, left } = play(all, 1, manners);
    const firsts = [...new Set(delivered)];
    return left === 0 && firsts.length === sent && isInOrder(firsts);
  });

describe('from publisher to subscriber, whatever breaks', () => {
  test('QoS 2 is delivered exactly once and in order', () => {
    fc.assert(exactlyOnce(), { numRuns });
  });

  test('QoS 1 is delivered at least once, first arrivals in order', () => {
    fc.assert(atLeastOnce(), { numRuns });
  });
});

describe('the property finds a broker that', () => {
  const faulty: readonly (readonly [string, typeof exactlyOnce, Manners])[] = [
    [
      'takes a repeated QoS 2 PUBLISH for a new message',
      exactlyOnce,
      { rules: { session: { isNewMessage: () => true } } },
    ],
    ['sends nothing again', exactlyOnce, { rules: { session: { resends: () => [] } } }],
    ['sends again in reverse', exactlyOnce, { rules: { session: { resends: (inFlight) => [...inFlight].reverse() } } }],
    ['acknowledges QoS 2 ahead of the commit', exactlyOnce, { answersAheadOfCommit: true }],
    ['loses QoS 1 with the connection', atLeastOnce, { rules: { session: { resends: () => [] } } }],
    ['gives queued messages out in reverse', atLeastOnce, { rules: { session: { queuePosition: () => 0 } } }],
    ['acknowledges QoS 1 ahead of the commit', atLeastOnce, { answersAheadOfCommit: true }],
  ];

  test.each(faulty)('%s', (_what, property, manners) => {
    expect(fc.check(property(manners), { numRuns: 5_000, seed: 1, endOnFailure: true }).failed).toBe(true);
  });
});
