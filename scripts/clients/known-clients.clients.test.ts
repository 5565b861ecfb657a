// Clients that we did not write on the bench: accused of nothing that is not in the notes.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { version } from '../../conformance/cli/version.ts';
import { decidingChecks } from '../../conformance/reporters/evidence.ts';
import { runClient } from '../../conformance/runner/client-run.ts';
import { clientScenarios } from '../../conformance/scenarios/client-all.ts';
import { type ClientName, demandInstalled, knownClients } from './known.ts';

test.each(Object.keys(knownClients) as ClientName[])(
  '%s is accused of nothing but what the notes explain',
  async (name) => {
    demandInstalled(name);
    const report = await runClient({ adapter: knownClients[name], scenarios: clientScenarios, version });
    const notes = readFileSync(join(import.meta.dirname, `../../reports/clients/${name}.md`), 'utf8');
    const accused = report.scenarios
      .filter(({ verdict, stability }) => verdict === 'fail' && stability?.same === stability?.runs)
      .flatMap((result) =>
        decidingChecks(result).flatMap(({ statements }) => statements.map((id) => `${result.id}: ${id}`)),
      );
    expect(accused.filter((line) => !notes.includes(`## ${line.split(': ')[1]}\n`))).toEqual([]);
    expect(report.scenarios.filter(({ verdict }) => verdict === 'error')).toEqual([]);
    expect(report.summary.scenarios.pass).toBeGreaterThan(30);
  },
);
