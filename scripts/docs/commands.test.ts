// What README and docs show works: the suite's commands are run, the others are understood.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { program } from '../../conformance/cli/program.ts';
import { reportText } from '../../conformance/reporters/json.ts';
import { sampleReport, sampleResult } from '../../conformance/reporters/sample-run.ts';
import { type Broker, startBroker } from '../../reference/broker/index.ts';
import { mqttspecArgs, shownCommands } from './commands.ts';

const root = join(import.meta.dirname, '../..');
const main = join(root, 'conformance/cli/main.ts');
const folder = mkdtempSync(join(tmpdir(), 'mqttspec-docs-'));
const commands = shownCommands();
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Readonly<Record<string, string>>;
};
let broker: Broker;

beforeAll(async () => {
  broker = await startBroker({ port: 0 });
  const report = reportText(sampleReport({ results: [sampleResult()] }));
  for (const name of ['before', 'reports/latest', 'a', 'b']) {
    mkdirSync(join(folder, name), { recursive: true });
    writeFileSync(join(folder, name, 'report.json'), report);
  }
  writeFileSync(join(folder, 'known-deviations.yaml'), '- scenario: never-failing\n  reason: an example\n');
  const start = `'${process.execPath}' --import '${import.meta.resolve('tsx')}' '${main}' broker --port {port}`;
  writeFileSync(join(folder, 'brokers.yaml'), `brokers:\n  - name: mine\n    start: "${start}"\n`);
});
afterAll(async () => {
  await broker.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Judging a broker, and what is made of reports, is run; a scenario stands for all. */
const isRun = (text: string): boolean =>
  (text.includes('--target 127.0.0.1:1883') && !text.includes('record')) || /mqttspec (compare|survey)/.test(text);

function runs(args: readonly string[]): Promise<{ readonly code: number | null; readonly said: string }> {
  const told = args.map((word) => word.replace('127.0.0.1:1883', `127.0.0.1:${broker.port}`));
  const part = args.includes('compare') ? [] : ['--only', 'pingreq-answered'];
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), main, ...told, ...part], {
    cwd: folder,
    // Elsewhere the sources do not find their settings by themselves.
    env: { ...process.env, TSX_TSCONFIG_PATH: join(root, 'tsconfig.json') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
  return new Promise((done) => child.once('close', (code) => done({ code, said })));
}

/** Reads options without doing anything. */
async function understood(args: readonly string[]): Promise<void> {
  const idle = (command: Command): void => {
    command.action(() => {});
    for (const sub of command.commands) idle(sub);
  };
  const command = program();
  for (const sub of command.commands) idle(sub);
  await command.parseAsync(args, { from: 'user' });
}

describe.each(commands.map(({ page, text }) => [page, text] as const))('%s: %s', (_page, text) => {
  const args = mqttspecArgs(text);
  if (args !== undefined && isRun(text))
    test('runs', async () => {
      const { code, said } = await runs(args);
      expect(code, said).toBe(0);
    });
  else if (args !== undefined)
    test('is understood', async () => {
      await expect(understood(args)).resolves.toBeUndefined();
    });
  else
    test('is a command that there is', () => {
      const script = /^npm (?:run )?([\w:]+)/.exec(text)?.[1] ?? '';
      expect(script === 'ci' || scripts[script] !== undefined, text).toBe(true);
    });
});

test('there are commands to run', () => {
  expect(commands.filter(({ text }) => isRun(text)).length).toBeGreaterThan(5);
});
