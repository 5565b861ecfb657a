// Compares our broker with its peers: main.ts [--rounds N] [--ms N] [--against mosquitto,aedes,forwarder] [LOAD …]
// In each round every target is measured once, one behind the other; medians of the rounds make the ratios.
import { parseArgs } from 'node:util';
import type { Figures } from './load.ts';
import { type LoadName, loads } from './loads.ts';
import { measure } from './measure.ts';
import { type Row, rows } from './rows.ts';
import { type TargetName, targetNames } from './targets.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '5' },
    ms: { type: 'string', default: '1500' },
    against: { type: 'string', default: 'mosquitto,aedes' },
  },
});
const isLoad = (name: string): name is LoadName => name in loads;
const unknown = positionals.filter((name) => !isLoad(name));
if (unknown.length > 0) {
  process.stderr.write(`no load ${unknown.join(', ')}: choose from ${Object.keys(loads).join(', ')}\n`);
  process.exit(2);
}
const against = values.against.split(',').filter((name): name is TargetName => targetNames.some((one) => one === name));
const window = { warmUpMs: 400, measuredMs: Number(values.ms) };
const chosen = positionals.length > 0 ? positionals.filter(isLoad) : (Object.keys(loads) as LoadName[]);

let missed = 0;
for (const load of chosen) {
  const measured = new Map<TargetName, Figures[]>();
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const name of ['ours', ...against] as const)
      measured.set(name, [...(measured.get(name) ?? []), await measure(name, load, window)]);
  }
  for (const row of rows.filter((one) => one.load === load)) show(row, measured);
}
if (missed > 0) process.stdout.write(`${missed} figures below what they have to reach\n`);
process.exit(missed > 0 ? 1 : 0);

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low = Number.NaN, high = Number.NaN] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]];
  return (low + high) / 2;
}

function show(row: Row, measured: ReadonlyMap<TargetName, readonly Figures[]>): void {
  const of = (name: TargetName): number => median((measured.get(name) ?? []).map(row.value));
  const ours = of('ours');
  const parts = [`${row.title}: ours ${rounded(ours)} ${row.unit}`];
  if (row.atMost !== undefined && ours > row.atMost) {
    missed++;
    parts.push(`MISSED: at most ${row.atMost}`);
  }
  for (const name of against) {
    const theirs = of(name);
    const ratio = row.better === 'more' ? ours / theirs : theirs / ours;
    const atLeast = name === 'mosquitto' || name === 'aedes' ? row.atLeast[name] : undefined;
    const failed = atLeast !== undefined && ratio < atLeast;
    if (failed) missed++;
    const goal = atLeast === undefined ? '' : ` (at least ${atLeast}${failed ? ': MISSED' : ''})`;
    parts.push(`${name} ${rounded(theirs)}, ratio ${ratio.toFixed(2)}${goal}`);
  }
  process.stdout.write(`${parts.join(' | ')}\n`);
}

function rounded(value: number): string {
  return Math.round(value).toLocaleString('en');
}
