// CPU time for each message beside mosquitto's command line clients, against the broker that costs nothing. Rates are not compared:
// mosquitto_pub sleeps.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '../../../reference/client/index.ts';
import { contenders, type OpenRow, type Row, type RowOptions } from '../row.ts';
import { startFakeBroker } from './rows.ts';

const topic = 'bench/lines';
const payload = Buffer.alloc(16, 'x');
const waitEach = 256;
const withinMs = 60_000;

const cpuMicros = (): number => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

/** CPU time of a command, from its start to its end, in microseconds: bash tells that of its children. */
function cpuOf(command: string): Promise<number> {
  return new Promise((done, broke) => {
    execFile('bash', ['-c', `${command} && times`], { timeout: withinMs }, (error, stdout) => {
      if (error !== null) return broke(error);
      const [user = 0, system = 0] = [...stdout.matchAll(/(\d+)m([\d.]+)s/g)]
        .slice(-2)
        .map(([, minutes, seconds]) => Number(minutes) * 60_000_000 + Number(seconds) * 1_000_000);
      done(user + system);
    });
  });
}

async function publishAll(port: number, count: number): Promise<void> {
  await using client = await connect(`mqtt://127.0.0.1:${port}`);
  for (let i = 1; i <= count; i++) {
    const published = client.publish(topic, payload);
    if (i % waitEach === 0) await published;
  }
  await client.ping();
}

async function receiveAll(port: number, count: number): Promise<void> {
  await using client = await connect(`mqtt://127.0.0.1:${port}`);
  let came = 0;
  let complete = (): void => {};
  const all = new Promise<void>((done) => {
    complete = done;
  });
  const onMessage = (): void => {
    if (++came === count) complete();
  };
  await client.subscribe(['flood/0/16/1', 'flood/topic/+'], { onMessage });
  await all;
}

async function ours(work: () => Promise<void>, count: number): Promise<number> {
  const before = cpuMicros();
  await work();
  return (cpuMicros() - before) / count;
}

interface CommandRow {
  readonly id: string;
  readonly title: string;
  readonly against: string;
  open(options: RowOptions & { readonly port: number; readonly close: () => Promise<void> }): OpenRow;
}

const row = ({ id, title, against, open }: CommandRow): Row => ({
  id: `client/${id}`,
  title: `client: ${title}, CPU (needs scripts/brokers/install.sh mosquitto)`,
  unit: 'µs CPU/message',
  better: 'less',
  comparisons: [{ against, atLeast: 5, possible: 12 }],
  open: async ({ smoke }) => {
    const broker = await startFakeBroker();
    return open({ smoke, port: broker.port, close: async () => broker.stop() });
  },
});

export const commandRows: readonly Row[] = [
  row({
    id: 'mosquitto-pub',
    title: 'publish QoS 0, 16 B, beside mosquitto_pub -l',
    against: 'mosquitto_pub -l',
    open: ({ smoke, port, close }) => {
      const count = smoke ? 500 : 200_000;
      const folder = mkdtempSync(join(tmpdir(), 'mqttspec-lines-'));
      const lines = join(folder, 'lines');
      writeFileSync(lines, `${payload}\n`.repeat(count));
      const command = `mosquitto_pub -h 127.0.0.1 -p ${port} -t ${topic} -l <'${lines}'`;
      return contenders(
        {
          ours: () => ours(() => publishAll(port, count), count),
          'mosquitto_pub -l': async () => (await cpuOf(command)) / count,
        },
        async () => {
          rmSync(folder, { recursive: true });
          await close();
        },
      );
    },
  }),
  row({
    id: 'mosquitto-sub',
    title: 'receive QoS 0, 16 B, beside mosquitto_sub -C',
    against: 'mosquitto_sub -C',
    open: ({ smoke, port, close }) => {
      const count = smoke ? 500 : 200_000;
      const command = `mosquitto_sub -h 127.0.0.1 -p ${port} -t flood/0/16/1 -C ${count} >/dev/null`;
      return contenders(
        {
          ours: () => ours(() => receiveAll(port, count), count),
          'mosquitto_sub -C': async () => (await cpuOf(command)) / count,
        },
        close,
      );
    },
  }),
];
