// QoS 1 to stored sessions, with everything on the disk: our broker with `data` beside mosquitto with `persistence`. They do not promise
// the same. Our PUBACK leaves when the message is synced to the disk; one commit carries all that came meanwhile. mosquitto answers at once,
// and writes its whole database anew (synced) after so many changes: killed right behind a PUBACK, 2.0.11 lost that message in 30 of 30
// kills where it writes after each change, and all of up to 50 messages where it writes after 1,000.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, newFolder, startChild } from '../brokers/child.ts';
import type { LoadName } from './broker/loads.ts';
import { underLoad } from './broker/measure.ts';
import { contenders, type Measure, type Row } from './row.ts';

interface Child {
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
}

async function startOurs(): Promise<Child> {
  const [port, folder] = [await freePort(), newFolder('durable')];
  const program = join(import.meta.dirname, 'broker/ours.mjs');
  const args = [program, String(port), join(folder, 'data')];
  const common = { port, folder, readyWithinMs: 15_000, install: 'run npm install' };
  return { port, ...(await startChild({ name: 'ours', command: process.execPath, args, ...common })) };
}

/** `changes`: after how many changes it writes its database. */
const startMosquitto = (changes: number) => async (): Promise<Child> => {
  const [port, folder] = [await freePort(), newFolder('mosquitto')];
  const config = join(folder, 'mosquitto.conf');
  const persistence = `persistence true\npersistence_location ${folder}/\nautosave_on_changes true\nautosave_interval ${changes}`;
  writeFileSync(config, `user root\nlistener ${port} 127.0.0.1\nallow_anonymous true\n${persistence}\nlog_dest none\n`);
  const common = { port, folder, readyWithinMs: 10_000, install: 'run scripts/brokers/install.sh mosquitto' };
  return { port, ...(await startChild({ name: 'mosquitto', command: 'mosquitto', args: ['-c', config], ...common })) };
};

const starts = {
  ours: startOurs,
  'mosquitto, 1 change': startMosquitto(1),
  'mosquitto, 1,000 changes': startMosquitto(1_000),
} as const;

/** A broker of its own for each measurement, on an empty folder. */
const measureOf =
  (start: () => Promise<Child>, load: LoadName, smoke: boolean): Measure =>
  async () => {
    const child = await start();
    try {
      const window = smoke
        ? { warmUpMs: 10, measuredMs: 100, scale: 1 }
        : { warmUpMs: 400, measuredMs: 1_500, scale: 1 };
      return (await underLoad(child, load, window))['perSecond'] ?? Number.NaN;
    } finally {
      await child.stop();
    }
  };

interface DurableRow extends Pick<Row, 'id' | 'title'> {
  readonly load: LoadName;
  /** Ratios to mosquitto that writes after each change, and after 1,000. */
  readonly atLeast: readonly [each: number, thousand: number];
}

const row = ({ id, title, load, atLeast: [each, thousand] }: DurableRow): Row => ({
  id,
  title,
  unit: 'messages/s',
  better: 'more',
  rounds: 5,
  comparisons: [
    { against: 'mosquitto, 1 change', atLeast: each },
    { against: 'mosquitto, 1,000 changes', atLeast: thousand },
  ],
  open: ({ smoke }) => {
    const of = (name: keyof typeof starts): Measure => measureOf(starts[name], load, smoke);
    return contenders({
      ours: of('ours'),
      'mosquitto, 1 change': of('mosquitto, 1 change'),
      'mosquitto, 1,000 changes': of('mosquitto, 1,000 changes'),
    });
  },
});

export const durableRows: readonly Row[] = [
  row({
    id: 'durable/qos1-1to1',
    title: 'durable, QoS 1, 1 to 1, window 20, stored sessions',
    load: 'stored-qos1',
    atLeast: [5, 0.03],
  }),
  row({
    id: 'durable/qos1-50to50',
    title: 'durable, QoS 1, 50 to 50, window 20, stored sessions',
    load: 'stored-fifty-qos1',
    atLeast: [2, 0.5],
  }),
];
