import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectAsync } from 'mqtt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startBroker } from '../../reference/broker/index.ts';
import { parseFixture } from '../replay/parse-fixture.ts';
import { isCapture } from '../replay/pcap/read-capture.ts';
import type { Report } from '../verdict/report.ts';

const program = join(import.meta.dirname, 'main.ts');
const root = join(import.meta.dirname, '../..');
const captured = join(root, 'fixtures/captured/paho-c/qos-2.txt');
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mqttspec-traffic-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Started {
  readonly child: ChildProcess;
  /** All that was written so far. */
  readonly out: () => string;
  readonly said: (words: string) => Promise<void>;
  readonly ended: Promise<number>;
}

function start(...args: readonly string[]): Started {
  const child = spawn(process.execPath, ['--import', 'tsx', program, ...args], { cwd: root });
  let out = '';
  const changed = new EventTarget();
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      changed.dispatchEvent(new Event('words'));
    });
  }
  const ended = once(child, 'close').then(([code]) => code as number);
  const said = async (words: string): Promise<void> => {
    const signal = AbortSignal.timeout(30_000);
    while (!out.includes(words)) await once(changed, 'words', { signal });
  };
  return { child, out: () => out, said, ended };
}

async function run(...args: readonly string[]): Promise<{ code: number; out: string }> {
  const started = start(...args);
  const code = await started.ended;
  return { code, out: started.out() };
}

const reportIn = (name: string): Report =>
  JSON.parse(readFileSync(join(folder, name, 'report.json'), 'utf8')) as Report;

describe('mqttspec judge', () => {
  test('finds nothing wrong with a captured conversation, as fixture and as capture', async () => {
    const capture = join(folder, 'qos-2.pcapng');
    expect((await run('convert', captured, '--out', capture)).code).toBe(0);
    expect(isCapture(readFileSync(capture))).toBe(true);
    const { code, out } = await run('judge', captured, capture, '--out', join(folder, 'both'));
    expect(code).toBe(0);
    expect(out).toContain('COMPLIANT');
    expect(reportIn('both').run.options['judged']).toBe('4 connections');
  });

  test('finds what a changed one violates, with exit code 1 and the report of a run', async () => {
    const changed = join(folder, 'changed.txt');
    writeFileSync(changed, readFileSync(captured, 'utf8').replace('> 82', '> 80'));
    const { code } = await run('judge', changed, '--quiet', '--out', join(folder, 'changed'));
    expect(code).toBe(1);
    const failed = reportIn('changed').statements.filter(({ verdict }) => verdict === 'fail');
    expect(failed.map(({ id }) => id)).toEqual(['MQTT-2.2.2-1', 'MQTT-3.8.1-1']);
    expect(readFileSync(join(folder, 'changed/index.html'), 'utf8')).toContain(
      'client-packets-have-their-reserved-flags',
    );
  });

  test('says in one line that a file is no conversation, with exit code 2', async () => {
    const { code, out } = await run('judge', program);
    expect(code).toBe(2);
    expect(out).toContain('is no conversation: expected a fixture');
    expect(out.trim().split('\n')).toHaveLength(1);
  });

  test('names file and line of a broken fixture', async () => {
    const broken = join(folder, 'broken.txt');
    writeFileSync(broken, readFileSync(captured, 'utf8').replace('> E0 00', '> E0 0'));
    const { code, out } = await run('judge', broken);
    expect(code).toBe(2);
    expect(out).toMatch(/broken\.txt:\d+: "0" has half a byte/);
  });
});

describe('mqttspec record', () => {
  test('writes what passes, shows it without passwords, and judges it', async () => {
    await using broker = await startBroker({ port: 0 });
    const file = join(folder, 'recorded.txt');
    const recorder = start(
      'record',
      '--listen',
      '0',
      '--target',
      `127.0.0.1:${broker.port}`,
      '--out',
      file,
      '--judge',
      '--report',
      join(folder, 'recorded'),
    );
    await recorder.said('listens on');
    const port = /listens on mqtt:\/\/127\.0\.0\.1:(\d+)/.exec(recorder.out())?.[1];
    const options = { clientId: 'pub', username: 'user', password: 'secret', protocolVersion: 4 } as const;
    const client = await connectAsync(`mqtt://127.0.0.1:${port}`, options);
    await client.publishAsync('a/b', 'once', { qos: 2 });
    await client.endAsync();
    await recorder.said('DISCONNECT');
    recorder.child.kill('SIGINT');
    expect(await recorder.ended).toBe(0);
    expect(recorder.out()).toContain('PUBLISH "a/b" QoS 2');
    expect(recorder.out()).toContain('Client Identifier: "pub"');
    expect(recorder.out()).not.toContain('secret');
    const { events } = parseFixture(readFileSync(file, 'utf8'), file);
    expect(events.length).toBeGreaterThanOrEqual(10);
    expect(reportIn('recorded').run.exitCode).toBe(0);
  });

  test('says what is wrong with its target, with exit code 2', async () => {
    const { code, out } = await run('record', '--listen', '0', '--target', 'localhost:99999');
    expect(code).toBe(2);
    expect(out).toContain('the port has to be a number from 1 to 65535');
  });
});

test('mqttspec --replay plays a conversation of the user', async () => {
  const { code } = await run('--replay', captured, '--quiet', '--out', join(folder, 'replay'));
  expect(code).toBe(0);
  const played = reportIn('replay').scenarios.find(({ id }) => id === 'replay-file-1');
  expect(played).toMatchObject({ verdict: 'pass', section: 'fixtures' });
  const changed = join(folder, 'of-a-bad-client.txt');
  writeFileSync(changed, readFileSync(captured, 'utf8').replace('> 82', '> 80'));
  const refused = await run('--replay', changed);
  expect(refused.code).toBe(2);
  expect(refused.out).toContain('cannot be replayed: its client sub breaks MQTT-2.2.2-1');
});

test('mqttspec --pcap writes the traffic of a run', async () => {
  const file = join(folder, 'run.pcapng');
  const { code } = await run(
    '--quiet',
    '--only',
    '3.12',
    '--protocol',
    '3.1.1',
    '--pcap',
    file,
    '--out',
    join(folder, 'run'),
  );
  expect(code).toBe(0);
  expect(isCapture(readFileSync(file))).toBe(true);
  expect((await run('judge', file, '--quiet', '--out', join(folder, 'judged-run'))).code).toBe(0);
  const fromReport = join(folder, 'report.pcapng');
  expect((await run('convert', join(folder, 'run/report.json'), '--out', fromReport)).code).toBe(0);
  expect(isCapture(readFileSync(fromReport))).toBe(true);
});
