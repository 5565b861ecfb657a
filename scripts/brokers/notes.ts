// Writes reports/brokers/<name>.md: each deviation of a real broker with the statement, the bytes and why we hold it against it.
// notes.ts mosquitto [runs]: the union of several runs, since some deviations show only now and then.
// --keep MQTT-3.2.2-6,…: what stands there of these is left, where the runs do not show it: what comes seldom is no less a deviation.
// notes.ts mosquitto run-1.json run-2.json: of runs whose report.json was kept.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Report, runConformance, type ScenarioResult } from '../../conformance/index.ts';
import { statement } from '../../conformance/spec/catalogue.ts';
import { accusedOf, failedCheck, proofOf, shown } from './proof.ts';
import { reasons } from './reasons.ts';
import { type BrokerName, startRealBroker } from './start.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { keep: { type: 'string', default: '' } },
});
const [name = 'mosquitto', ...rest] = positionals;
const kept = rest.filter((word) => word.endsWith('.json'));
const runs = kept.length > 0 ? kept.length : Number(rest[0] ?? 3);
const notes = join(import.meta.dirname, `../../reports/brokers/${name}.md`);
const failing = new Map<string, { result: ScenarioResult; seen: number }>();
// Kept runs are of the version that the notes have been of.
let version = kept.length > 0 ? (/^# \S+ (\S+):/.exec(readFileSync(notes, 'utf8'))?.[1] ?? '') : '';

async function played(): Promise<Report> {
  await using broker = await startRealBroker(name as BrokerName);
  version = broker.version;
  // Not without `await`: the broker would be stopped before the run begins.
  return await runConformance({ target: broker.address, thorough: true });
}

for (let i = 0; i < runs; i++) {
  const file = kept[i];
  const report = file === undefined ? await played() : (JSON.parse(readFileSync(file, 'utf8')) as Report);
  for (const result of report.scenarios.filter(({ verdict }) => verdict === 'fail')) {
    failing.set(result.id, { result, seen: (failing.get(result.id)?.seen ?? 0) + 1 });
  }
}

const told = (text = ''): string => shown(text).slice(0, 240);
const inOrder = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true });

// Every statement that is held against the broker has a heading. A check's bytes stand under the first one that it names.
const accused = [...new Set([...failing.values()].flatMap(({ result }) => accusedOf(result)))];
accused.sort(inOrder);
/** What the notes have said of each statement. */
const former = new Map(
  (existsSync(notes) ? readFileSync(notes, 'utf8') : '')
    .split(/^## /m)
    .slice(1)
    .map((section) => [section.slice(0, section.indexOf('\n')), `## ${section.trimEnd()}`]),
);
const gone = [...former.keys()].filter((id) => !accused.includes(id));
const left = gone.filter((id) => values.keep.split(',').includes(id));
const forgotten = gone.filter((id) => !left.includes(id));
if (forgotten.length > 0)
  process.stdout.write(
    `no longer: ${forgotten.join(', ')}. Where that is chance and no mend, run it again with --keep ${forgotten.join(',')} on the former notes\n`,
  );
const seldom = left.length === 0 ? '' : ` ${left.join(', ')}: seen in earlier runs alone.`;
const lines = [
  `# ${name} ${version}: deviations from MQTT 3.1.1`,
  '',
  `Made by \`npx tsx scripts/brokers/notes.ts ${name}\`: the union of ${runs} runs. How it is started: \`scripts/brokers/start.ts\`.`,
  `${failing.size} scenarios fail, and accuse it of ${accused.length} statements.${seldom} Our words for each statement; the packet marked by > decides.`,
  '',
];
for (const id of [...accused, ...left].toSorted(inOrder)) {
  const section = left.includes(id) ? former.get(id) : undefined;
  if (section !== undefined) {
    lines.push(section, '');
    continue;
  }
  lines.push(
    `## ${id}`,
    '',
    `Demanded: ${statement(id).requirement}`,
    '',
    `Why we hold it against ${name}: ${reasons[`${name} ${id}`] ?? reasons[id] ?? 'not reviewed by hand yet: the bytes below are all that is said so far.'}`,
    '',
  );
  const group = [...failing.values()].flatMap(({ result, seen }) => {
    const check = failedCheck(result, id);
    return check === undefined ? [] : [{ result, seen, check }];
  });
  for (const { result, seen, check } of group.filter(({ check }) => check.statements[0] === id)) {
    const often = seen === runs ? '' : ` (in ${seen} of ${runs} runs)`;
    lines.push(
      `- \`${result.id}\`${often}: ${result.title}. Expected: ${told(check.expected)}. Got: ${told(check.got)}`,
      '',
      ...proofOf(result, check),
      '',
    );
  }
  const elsewhere = group.filter(({ check }) => check.statements[0] !== id);
  if (elsewhere.length > 0) {
    const names = elsewhere.map(({ result, check }) => `\`${result.id}\` (under ${check.statements[0]})`);
    lines.push(`Shown also by ${names.join(', ')}.`, '');
  }
}
writeFileSync(notes, `${lines.join('\n').trimEnd()}\n`);
process.stdout.write(`reports/brokers/${name}.md: ${failing.size} scenarios, ${accused.length} statements\n`);
