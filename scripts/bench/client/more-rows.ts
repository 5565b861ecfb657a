// The client beside MQTT.js where no flood is measured: connects, and idle clients.
import { fork } from 'node:child_process';
import { contenders, type Row } from '../row.ts';
import { commandRows } from './command-rows.ts';
import { type ContenderName, openContender } from './contenders.ts';
import { echoRows } from './echo-row.ts';
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

export const moreClientRows: readonly Row[] = [
  connectsRow('rate', 1.5, 1.9),
  connectsRow('cpu', 1.7, 2.2),
  idleRow('rss', 3, 5, 10_240),
  idleRow('heap', 3.5, 7, 3_072),
  ...echoRows,
  ...commandRows,
];
