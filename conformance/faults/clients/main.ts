// `npm run faults:clients`: faulty clients on the bench. Out: a table of who catches what, and exit code 1 where something escapes.
import { fileURLToPath } from 'node:url';
import { version } from '../../cli/version.ts';
import { clientInvariants } from '../../invariants/all.ts';
import { runClient } from '../../runner/client-run.ts';
import { clientScenarios } from '../../scenarios/client-all.ts';
import type { ScenarioResult } from '../../verdict/verdict.ts';
import { clientFaults } from './all.ts';
import type { ClientFault } from './fault.ts';

const adapter = [
  process.execPath,
  ...process.execArgv,
  fileURLToPath(new URL('../../adapters/mqttspec.ts', import.meta.url)),
]
  .map((word) => `'${word}'`)
  .join(' ');
const [words = ''] = process.argv.slice(2);
const chosen = clientFaults.filter(({ name }) => words.split(',').some((word) => name.includes(word)));
const atOnce = 4;

const speaks = ({ play, violates }: ClientFault) =>
  clientScenarios.filter(({ id, cites }) => play?.includes(id) ?? cites.some((cited) => violates.includes(cited)));

async function detected(fault: ClientFault): Promise<readonly ScenarioResult[]> {
  const { scenarios } = await runClient({
    adapter,
    scenarios: speaks(fault),
    version,
    repeatFailures: 0,
    concurrency: 2,
    bend: fault.bend,
  });
  return scenarios.filter(({ verdict }) => verdict === 'fail' || verdict === 'warn');
}

const began = performance.now();
const found = new Map<ClientFault, readonly ScenarioResult[]>();
const queue = [...chosen];
await Promise.all(
  Array.from({ length: atOnce }, async () => {
    for (let fault = queue.shift(); fault !== undefined; fault = queue.shift()) found.set(fault, await detected(fault));
  }),
);

let escaped = 0;
for (const fault of chosen) {
  const results = found.get(fault) ?? [];
  const blamed = new Set(
    results.flatMap(({ checks }) =>
      checks.filter(({ verdict }) => verdict === 'fail' || verdict === 'warn').flatMap(({ statements }) => statements),
    ),
  );
  const attributed = fault.violates.filter((id) => blamed.has(id));
  if (attributed.length === 0) escaped++;
  const caught = results.length === 0 ? 'NOT CAUGHT' : `caught by ${results.map(({ id }) => id).join(', ')}`;
  const blame =
    attributed.length === 0
      ? `NOT ATTRIBUTED to ${fault.violates.join(', ')}; blamed: ${[...blamed].join(', ')}`
      : `blames ${attributed.join(', ')}`;
  process.stdout.write(
    `${attributed.length === 0 ? '! ' : '  '}${fault.name}\n    ${fault.title}\n    ${caught}\n    ${blame}\n`,
  );
}
const failing = new Set([...found.values()].flat().map(({ id }) => id));
const observing = (cites: readonly string[]): boolean => cites.every((id) => id.startsWith('MAY-'));
const toothless = [...clientScenarios.filter(({ cites }) => !observing(cites)), ...clientInvariants].filter(
  ({ id }) => !failing.has(id),
);
if (words === '') for (const { id } of toothless) process.stdout.write(`no fault fails ${id}\n`);
const seconds = ((performance.now() - began) / 1_000).toFixed(0);
process.stdout.write(
  `\n${chosen.length} faulty clients: ${chosen.length - escaped} caught and attributed; ${clientScenarios.length} scenarios and ${clientInvariants.length} invariants, ${words === '' ? toothless.length : 'some'} that no fault fails; ${seconds} s\n`,
);
process.exitCode = escaped === 0 && (words !== '' || toothless.length === 0) ? 0 : 1;
