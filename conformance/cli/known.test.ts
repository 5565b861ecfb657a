// What is known beforehand, as a user of the command meets it.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Broker, startBroker } from '../../reference/broker/index.ts';
import { faultNamed } from '../faults/all.ts';
import { runConformance } from '../index.ts';
import { reportText } from '../reporters/json.ts';
import { sampleReport } from '../reporters/sample-run.ts';

const folder = mkdtempSync(join(tmpdir(), 'mqttspec-known-'));
const main = join(import.meta.dirname, 'main.ts');
const scenario = 'publish-resent-at-every-resume-qos-1';
const baseline = join(folder, 'baseline.json');
let broker: Broker;

beforeAll(async () => {
  const fault = faultNamed('resend-without-dup');
  if (fault === undefined) throw new Error('the fault has another name now');
  broker = await startBroker({ port: 0, fault });
  const report = await runConformance({ target: broker.address, only: [scenario], repeatFailures: 0 });
  expect(report.run.exitCode).toBe(1);
  writeFileSync(baseline, reportText(report));
});
afterAll(async () => {
  await broker.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** The suite against the faulty broker, which runs in this process: so it is not waited for synchronously. */
async function judged(...args: readonly string[]): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', main, '--target', broker.address, '--only', scenario, '--quiet', '--out', folder, ...args],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
  });
  return new Promise((done) => child.once('close', (code) => done({ code, out, err })));
}

describe('a run that violates something', () => {
  test('ends with 0 where the baseline had the same, with 1 where it had not', async () => {
    const same = await judged('--baseline', baseline);
    expect(same.out).toContain('0 scenarios newly failing');
    expect(same.code).toBe(0);
    const clean = join(folder, 'clean.json');
    writeFileSync(clean, reportText(sampleReport({ results: [] })));
    const worse = await judged('--baseline', clean);
    expect(worse.out).toMatch(/^new {7}\S/m);
    expect(worse.code).toBe(1);
  });

  test('ends with 0 where all of it is accepted, and tells the reason', async () => {
    const accept = join(folder, 'accept.yaml');
    const blamed = ['MQTT-3.3.1-1', 'MQTT-4.4.0-1', 'MQTT-4.6.0-1'];
    writeFileSync(accept, blamed.map((id) => `- statement: ${id}\n  reason: mended in June\n`).join(''));
    const { code, out } = await judged('--accept', accept);
    expect(out).toContain('mended in June');
    expect(code).toBe(0);
  });
});

test('files that are not what they should be are wrong usage', () => {
  const nonsense = join(folder, 'nonsense.yaml');
  writeFileSync(nonsense, '- statement: MQTT-3.3.1-1\n');
  for (const args of [
    ['--baseline', join(folder, 'no-such-file.json')],
    ['--baseline', nonsense],
    ['--accept', nonsense],
    ['--strict-accept'],
    ['compare', baseline],
    ['survey', nonsense],
  ]) {
    const { status, stderr } = spawnSync(process.execPath, ['--import', 'tsx', main, ...args], { encoding: 'utf8' });
    expect(status, args.join(' ')).toBe(2);
    expect(stderr.trim().split('\n'), args.join(' ')).toHaveLength(1);
  }
});
