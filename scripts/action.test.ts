// The action for GitHub: what its YAML hands over is what its script reads, and the script judges.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { startBroker } from '../reference/broker/index.ts';

const root = join(import.meta.dirname, '..');
const script = join(import.meta.dirname, 'action.sh');

interface Action {
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly runs: { readonly steps: readonly { readonly env?: Readonly<Record<string, string>> }[] };
}

test('every input is handed to the script, which reads it', () => {
  const action = parse(readFileSync(join(root, 'action.yml'), 'utf8')) as Action;
  const env = action.runs.steps.find((step) => step.env !== undefined)?.env ?? {};
  const handed = Object.values(env).flatMap((value) => /inputs\.(\w+)/.exec(value)?.[1] ?? []);
  expect(handed.sort()).toEqual(Object.keys(action.inputs).sort());
  const text = readFileSync(script, 'utf8');
  for (const name of Object.keys(env)) expect(text).toMatch(new RegExp(`\\$\\{?${name}\\b`));
});

test('the script judges, annotates, and leaves JUnit, a badge and the summary', async () => {
  await using broker = await startBroker({ port: 0 });
  const out = mkdtempSync(join(tmpdir(), 'mqttspec-action-'));
  const summary = join(out, 'summary.md');
  const env = {
    ...process.env,
    TARGET: broker.address,
    OUT: out,
    ARGS: '--only pingreq-answered',
    ACTION: root,
    GITHUB_ACTIONS: 'true',
    GITHUB_STEP_SUMMARY: summary,
  };
  const child = spawn('bash', [script], { env, cwd: out, stdio: 'ignore' });
  const code = await new Promise<number | null>((done) => child.once('close', done));
  expect(code).toBe(0);
  expect(readFileSync(join(out, 'junit.xml'), 'utf8')).toContain('pingreq-answered');
  expect(readFileSync(join(out, 'badge.svg'), 'utf8')).toContain('compliant');
  expect(readFileSync(summary, 'utf8')).toContain('## mqttspec: Compliant');
  rmSync(out, { recursive: true });
});
