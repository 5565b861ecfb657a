// Writes reports/clients/<name>.md: each deviation of a client with the statement, the bytes and why we hold it against it.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { version } from '../../conformance/cli/version.ts';
import { decidingChecks } from '../../conformance/reporters/evidence.ts';
import { runClient } from '../../conformance/runner/client-run.ts';
import { clientScenarios } from '../../conformance/scenarios/client-all.ts';
import { statement } from '../../conformance/spec/catalogue.ts';
import type { ScenarioResult } from '../../conformance/verdict/verdict.ts';
import { type ClientName, demandInstalled, knownClients } from './known.ts';
import { clientReasons } from './reasons.ts';

/** Some deviations are a matter of chance. */
const runs = 4;

/** The last packets before the verdict. */
function bytesOf({ trace }: ScenarioResult): string[] {
  const packets = trace.flatMap((entry) => (entry.kind === 'sent' || entry.kind === 'received' ? [entry] : []));
  return packets.slice(-3).map(({ kind, hex, summary }) => {
    const shown = hex.length > 96 ? `${hex.slice(0, 96)}…` : hex;
    return `    ${kind === 'sent' ? '→' : '←'} ${shown.replace(/../g, '$& ').trim()}\n      ${summary.slice(0, 110)}`;
  });
}

for (const name of Object.keys(knownClients) as ClientName[]) {
  demandInstalled(name);
  const found = new Map<string, ScenarioResult>();
  let of = '';
  for (let i = 0; i < runs; i++) {
    const report = await runClient({ adapter: knownClients[name], scenarios: clientScenarios, version });
    of = report.target?.version ?? name;
    for (const result of report.scenarios) if (result.verdict === 'fail') found.set(result.id, result);
  }
  const failing = [...found.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  const blamed = [
    ...new Set(failing.flatMap((result) => decidingChecks(result).flatMap(({ statements }) => statements))),
  ];
  blamed.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  const lines = blamed.flatMap((id) => [
    `## ${id}`,
    '',
    `Demanded: ${statement(id).requirement}`,
    '',
    `Why we hold it against ${name}: ${clientReasons[id] ?? 'not reviewed by hand yet: the bytes below are all that is said so far.'}`,
    '',
    ...failing
      .filter((result) => decidingChecks(result)[0]?.statements[0] === id)
      .flatMap((result) => [
        `- \`${result.id}\`: ${result.title}. Got: ${decidingChecks(result)[0]?.got ?? ''}`,
        '',
        ...bytesOf(result),
        '',
      ]),
  ]);
  const head = [
    `# ${of}: deviations from MQTT 3.1.1`,
    '',
    `Made by \`npx tsx scripts/clients/notes.ts\`, the union of ${runs} runs; the bytes (→ to the client, ← from it) are the last ones before the verdict.`,
    '',
  ];
  writeFileSync(
    join(import.meta.dirname, `../../reports/clients/${name}.md`),
    `${[...head, ...lines].join('\n').trimEnd()}\n`,
  );
  process.stdout.write(`reports/clients/${name}.md: ${failing.length} scenarios, ${blamed.length} statements\n`);
}
