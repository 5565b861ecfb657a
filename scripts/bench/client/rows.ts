// The client beside MQTT.js, both in this process, at a broker in another process that only acknowledges.
import { type ChildProcess, fork } from 'node:child_process';
import type { Qos } from '../../../reference/message.ts';
import { type Comparison, contenders, type Row } from '../row.ts';
import { noClient } from './bare-socket.ts';
import { type Contender, type ContenderName, openContender, type Publishing } from './contenders.ts';
import { keepAwake } from './keep-awake.ts';

/** Messages, or CPU time of this process for each message. */
type Figure = 'perSecond' | 'cpuMicros';

type Load<T = number> = (client: Contender, until: () => boolean) => Promise<T>;

const measureMs = 800;
/** How near to a bare socket we have to come, one message at a time. */
const floorOfSingle = 0.7;
/** The slowest of a hundred meet what a socket alone never does: a collection of garbage, a function that is compiled. */
const floorOfSlowest = 0.4;
const warmMs = 150;
const startWithinMs = 20_000;
const somethingWithinMs = 10_000;
/** How often it is looked whether a flood has lasted long enough. */
const lookEachMs = 10;

export function startFakeBroker(): Promise<{ readonly port: number; stop(): void }> {
  const child: ChildProcess = fork(new URL('fake-broker.ts', import.meta.url), { execArgv: ['--import', 'tsx'] });
  return new Promise((done, broke) => {
    const late = setTimeout(() => broke(new Error('the fake broker did not start')), startWithinMs);
    child.once('error', broke);
    child.once('message', (port: number) => {
      clearTimeout(late);
      done({ port, stop: () => void child.disconnect() });
    });
  });
}

const cpuMicros = (): number => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

/** What is asked of a client twice: to warm up, then for as long as it is measured. */
async function measured<T>(
  name: ContenderName,
  { port, forMs, load }: { readonly port: number; readonly forMs: number; readonly load: Load<T> },
  result: (measured: T, spent: { readonly seconds: number; readonly cpuMicros: number }) => number,
): Promise<number> {
  const client = await openContender(name, port);
  let endsAt = performance.now() + Math.min(warmMs, forMs);
  const until = (): boolean => performance.now() >= endsAt;
  // Never over before it began: however late this process comes to run, something was asked for, and there is a figure.
  const latching = (): (() => boolean) => {
    let [begun, over] = [false, false];
    return () => {
      if (begun) over ||= until();
      begun = true;
      return over;
    };
  };
  await load(client, latching());
  const [began, cpuBegan] = [performance.now(), cpuMicros()];
  endsAt = began + forMs;
  const came = await load(client, latching());
  const spent = { seconds: (performance.now() - began) / 1_000, cpuMicros: cpuMicros() - cpuBegan };
  await client.end();
  return result(came, spent);
}

/** What each row compares us with, and, where `floor` is given (one message at a time), how near we come to no client at all. */
const against = ({ atLeast, aim }: Ratio, floor: number | undefined): Comparison[] => [
  { against: 'mqtt.js', atLeast, possible: aim },
  ...(floor === undefined ? [] : [{ against: noClient, atLeast: floor, possible: 1 }]),
];

/** Two rows of one load: rate, and CPU time for each message. */
function rowsOf(
  id: string,
  title: string,
  load: Load,
  { rate, cpu, floor, awake = floor !== undefined }: { rate?: Ratio; cpu?: Ratio; floor?: number; awake?: boolean },
): Row[] {
  const row = (figure: Figure, ratio: Ratio): Row => ({
    id: `client/${id}${figure === 'cpuMicros' ? '-cpu' : ''}`,
    title: `client: ${title}${figure === 'cpuMicros' ? ', CPU' : ''}`,
    unit: figure === 'perSecond' ? 'messages/s' : 'µs CPU/message',
    better: figure === 'perSecond' ? 'more' : 'less',
    comparisons: against(ratio, floor),
    open: async ({ smoke }) => {
      const broker = await startFakeBroker();
      const letSleep = awake ? keepAwake() : () => {};
      const forMs = smoke ? 5 : measureMs;
      const of = (name: ContenderName) => () =>
        measured(name, { port: broker.port, forMs, load }, (messages, { seconds, cpuMicros }) =>
          figure === 'perSecond' ? messages / seconds : cpuMicros / messages,
        );
      const bare = floor === undefined ? {} : { [noClient]: of(noClient) };
      return contenders({ ours: of('ours'), 'mqtt.js': of('mqtt.js'), ...bare }, async () => {
        letSleep();
        broker.stop();
      });
    },
  });
  return [
    ...(rate === undefined ? [] : [row('perSecond', rate)]),
    ...(cpu === undefined ? [] : [row('cpuMicros', cpu)]),
  ];
}

function latencyRow(id: string, percentile: number, ratio: Ratio, floor: number): Row {
  const load: Load<number[]> = (client, until) => client.latencies(publishing(1, 16), until);
  return {
    id: `client/${id}`,
    title: `client: publish QoS 1, one at a time, cores kept awake, latency p${percentile}`,
    unit: 'µs',
    better: 'less',
    comparisons: against(ratio, floor),
    open: async ({ smoke }) => {
      const broker = await startFakeBroker();
      const letSleep = keepAwake();
      const forMs = smoke ? 5 : measureMs;
      const of = (name: ContenderName) => () =>
        measured(name, { port: broker.port, forMs, load }, (latencies) => {
          const sorted = latencies.toSorted((a, b) => a - b);
          return (sorted[Math.floor((sorted.length * percentile) / 100)] ?? Number.NaN) * 1_000;
        });
      const all = { ours: of('ours'), 'mqtt.js': of('mqtt.js'), [noClient]: of(noClient) };
      return contenders(all, async () => {
        letSleep();
        broker.stop();
      });
    },
  };
}

interface Ratio {
  readonly atLeast: number;
  readonly aim: number;
}

const publishing = (qos: Qos, bytes: number, topics = 1): Publishing => ({
  qos,
  payload: new Uint8Array(bytes).fill(120),
  topics: Array.from({ length: topics }, (_, i) => `some/topic/${i}`),
});

const once =
  (bytes: number, { topics = 1, waitEach = 256 } = {}): Load =>
  (client, until) =>
    client.publishOnce(publishing(0, bytes, topics), { waitEach, until });

const surely =
  (qos: Qos, inFlight: number): Load =>
  (client, until) =>
    client.publishSurely(publishing(qos, 16), { inFlight, until });

/** A flood is subscribed to once for each connection; what comes while the load lasts is counted: one message at least. */
const flood = (qos: Qos, bytes: number, topics = 1): Load => {
  const counts = new WeakMap<Contender, { messages: number }>();
  return async (client, until) => {
    let count = counts.get(client);
    if (count === undefined) {
      const fresh = { messages: 0 };
      counts.set(client, fresh);
      count = fresh;
      await client.receive(`flood/${qos}/${bytes}/${topics}`, qos, () => void fresh.messages++);
    }
    const before = count.messages;
    const late = performance.now() + somethingWithinMs;
    while (!until() || count.messages === before) {
      if (performance.now() > late) throw new Error(`no message of the flood came within ${somethingWithinMs} ms`);
      // Asleep in between: a loop that asks at every turn would be CPU time of its own, and ours where a client waits for the broker.
      await new Promise((next) => setTimeout(next, lookEachMs));
    }
    return count.messages - before;
  };
};

export const clientRows: readonly Row[] = [
  ...rowsOf('publish-0', 'publish QoS 0, 16 B, waiting at each 256th', once(16), { rate: { atLeast: 12, aim: 29 } }),
  ...rowsOf('publish-0-awaited', 'publish QoS 0, 16 B, each awaited', once(16, { waitEach: 1 }), {
    rate: { atLeast: 10, aim: 21 },
  }),
  ...rowsOf('publish-0-topics', 'publish QoS 0, 16 B, over 1,000 topics', once(16, { topics: 1_000 }), {
    rate: { atLeast: 6, aim: 11 },
  }),
  ...rowsOf('publish-0-1k', 'publish QoS 0, 1 KiB', once(1_024), { rate: { atLeast: 5, aim: 8 } }),
  ...rowsOf('publish-0-64k', 'publish QoS 0, 64 KiB', once(65_536), { rate: { atLeast: 1, aim: 1.1 } }),
  ...rowsOf('publish-1', 'publish QoS 1, 64 in flight', surely(1, 64), {
    rate: { atLeast: 3.5, aim: 6 },
    cpu: { atLeast: 6, aim: 10 },
  }),
  ...rowsOf('publish-2', 'publish QoS 2, 64 in flight', surely(2, 64), {
    rate: { atLeast: 3.5, aim: 5.4 },
    cpu: { atLeast: 6, aim: 10 },
  }),
  ...rowsOf('publish-1-single', 'publish QoS 1, one at a time, cores kept awake', surely(1, 1), {
    rate: { atLeast: 1.2, aim: 1.4 },
    cpu: { atLeast: 1.5, aim: 1.9 },
    floor: floorOfSingle,
  }),
  latencyRow('publish-1-single-p50', 50, { atLeast: 1.15, aim: 1.3 }, floorOfSingle),
  latencyRow('publish-1-single-p99', 99, { atLeast: 1, aim: 1.3 }, floorOfSlowest),
  ...rowsOf('receive-0', 'receive QoS 0, 16 B', flood(0, 16), { rate: { atLeast: 8, aim: 16 } }),
  ...rowsOf('receive-0-topics', 'receive QoS 0, 16 B, over 1,000 topics', flood(0, 16, 1_000), {
    rate: { atLeast: 3.5, aim: 5.5 },
  }),
  ...rowsOf('receive-0-1k', 'receive QoS 0, 1 KiB', flood(0, 1_024), { rate: { atLeast: 4, aim: 5.8 } }),
  ...rowsOf('receive-1', 'receive QoS 1, 64 in flight, cores kept awake', flood(1, 16), {
    rate: { atLeast: 3, aim: 5 },
    cpu: { atLeast: 5, aim: 9 },
    awake: true,
  }),
  ...rowsOf('receive-2', 'receive QoS 2, 64 in flight, cores kept awake', flood(2, 16), {
    rate: { atLeast: 4, aim: 7 },
    cpu: { atLeast: 6, aim: 11 },
    awake: true,
  }),
];
