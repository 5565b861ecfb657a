// The client beside MQTT.js where no flood is measured: connects, idle clients, and an echo through mosquitto.
import { fork } from 'node:child_process';
import mqtt from 'mqtt';
import { connect } from '../../../reference/client/index.ts';
import { startRealBroker } from '../../brokers/start.ts';
import { contenders, type Row } from '../row.ts';
import { type ContenderName, openContender } from './contenders.ts';
import { startFakeBroker } from './rows.ts';

const cpuMicros = (): number => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

function connectsRow(figure: 'rate' | 'cpu', atLeast: number, possible: number): Row {
  return {
    id: `client/connects${figure === 'cpu' ? '-cpu' : ''}`,
    title: `client: connects, one after another${figure === 'cpu' ? ', CPU' : ''}`,
    unit: figure === 'rate' ? 'connects/s' : 'µs CPU/connect',
    better: figure === 'rate' ? 'more' : 'less',
    comparisons: [{ against: 'mqtt.js', atLeast, possible }],
    open: async ({ smoke }) => {
      const broker = await startFakeBroker();
      const count = smoke ? 5 : 1_000;
      const of = (name: ContenderName) => async (): Promise<number> => {
        const [began, cpu] = [performance.now(), cpuMicros()];
        for (let i = 0; i < count; i++) await (await openContender(name, broker.port)).end();
        return figure === 'rate' ? (count * 1_000) / (performance.now() - began) : (cpuMicros() - cpu) / count;
      };
      return contenders({ ours: of('ours'), 'mqtt.js': of('mqtt.js') }, async () => broker.stop());
    },
  };
}

function idleRow(figure: 'rss' | 'heap', atLeast: number, possible: number, atMost: number): Row {
  return {
    id: `client/idle-${figure}`,
    title: `client: memory of an idle client, ${figure === 'rss' ? 'RSS' : 'heap'}`,
    unit: 'B',
    better: 'less',
    rounds: 5,
    comparisons: [{ against: 'mqtt.js', atLeast, possible }],
    bounds: [{ atMost }],
    open: async ({ smoke }) => {
      const broker = await startFakeBroker();
      const of = (name: ContenderName) => () => idle(name, broker.port, smoke ? 50 : 1_000, figure);
      return contenders({ ours: of('ours'), 'mqtt.js': of('mqtt.js') }, async () => broker.stop());
    },
  };
}

const idleWithinMs = 60_000;

function idle(name: ContenderName, port: number, count: number, figure: 'rss' | 'heap'): Promise<number> {
  const args = [name, String(port), String(count)];
  const child = fork(new URL('idle-main.ts', import.meta.url), args, { execArgv: ['--import', 'tsx', '--expose-gc'] });
  return new Promise((done, broke) => {
    const late = setTimeout(() => child.kill('SIGKILL'), idleWithinMs);
    child.once('message', (figures: { rss: number; heap: number }) => done(Math.max(0, figures[figure])));
    child.once('exit', (code) => {
      clearTimeout(late);
      broke(new Error(`idle clients of ${name} ended with exit code ${code}`));
    });
  });
}

const echoInFlight = 20;

/** Each message that comes back is answered by the next: so many are always under way. */
function echo(publish: () => unknown, forMs: number): { readonly came: () => void; readonly rate: Promise<number> } {
  const began = performance.now();
  let count = 0;
  let finish = (_rate: number): void => {};
  const rate = new Promise<number>((done) => {
    finish = done;
  });
  const came = (): void => {
    count++;
    const passed = performance.now() - began;
    if (passed < forMs) publish();
    else finish((count * 1_000) / passed);
  };
  for (let i = 0; i < echoInFlight; i++) publish();
  return { came, rate };
}

const topic = 'echo/topic';
const payload = Buffer.alloc(16, 'x');

async function ourEcho(address: string, forMs: number): Promise<number> {
  await using client = await connect(address);
  let came = (): void => {};
  await client.subscribe(topic, { qos: 1, onMessage: () => came() });
  const running = echo(() => void client.publish(topic, payload, { qos: 1 }).catch(() => {}), forMs);
  came = running.came;
  return await running.rate;
}

async function theirEcho(address: string, forMs: number, noDelay: boolean): Promise<number> {
  const client = await mqtt.connectAsync(address, { reconnectPeriod: 0 });
  if (noDelay && 'setNoDelay' in client.stream) (client.stream as { setNoDelay(on: boolean): void }).setNoDelay(true);
  let came = (): void => {};
  client.on('message', () => came());
  await client.subscribeAsync(topic, { qos: 1 });
  const running = echo(() => client.publish(topic, payload, { qos: 1 }), forMs);
  came = running.came;
  const rate = await running.rate;
  await client.endAsync(true);
  return rate;
}

const echoRow: Row = {
  id: 'client/echo-mosquitto',
  title:
    'client: echo through mosquitto (set_tcp_nodelay), QoS 1, 20 in flight (needs scripts/brokers/install.sh mosquitto)',
  unit: 'messages/s',
  better: 'more',
  comparisons: [
    { against: 'mqtt.js', atLeast: 60, possible: 100 },
    { against: 'mqtt.js with setNoDelay', atLeast: 1.1, possible: 1.4 },
  ],
  open: async ({ smoke }) => {
    const broker = await startRealBroker('mosquitto', { noDelay: true });
    const forMs = smoke ? 20 : 800;
    return contenders(
      {
        ours: () => ourEcho(broker.address, forMs),
        'mqtt.js': () => theirEcho(broker.address, forMs, false),
        'mqtt.js with setNoDelay': () => theirEcho(broker.address, forMs, true),
      },
      () => broker.stop(),
    );
  },
};

export const moreClientRows: readonly Row[] = [
  connectsRow('rate', 1.5, 1.9),
  connectsRow('cpu', 1.7, 2.2),
  idleRow('rss', 3, 5, 10_240),
  idleRow('heap', 3.5, 7, 3_072),
  echoRow,
];
