import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { startBroker } from '../../reference/broker/index.ts';
import type { Report } from '../verdict/report.ts';

const main = join(import.meta.dirname, 'main.ts');
const folder = mkdtempSync(join(tmpdir(), 'mqttspec-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function start(...args: readonly string[]): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, ['--import', 'tsx', main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
  });
  return { child, ended: new Promise((done) => child.once('close', (code) => done({ code, out, err }))) };
}

const run = (...args: readonly string[]): Promise<Ended> => start(...args).ended;

function listen(serve: (socket: Socket) => void): Promise<{ port: number; server: Server }> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    serve(socket);
  });
  return new Promise((done) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      done({ server, port: typeof address === 'object' && address !== null ? address.port : 0 });
    });
  });
}

const reportIn = (name: string): Report =>
  JSON.parse(readFileSync(join(folder, name, 'report.json'), 'utf8')) as Report;

describe('wrong usage gets one line and exit code 2', () => {
  const wrong: readonly (readonly [args: readonly string[], words: string])[] = [
    [['--no-such-option'], ''],
    [['--target', '127.0.0.1:99999'], ''],
    [['--target', 'http://127.0.0.1'], ''],
    [['--only', 'nothing-is-called-so'], ''],
    [['--reporter', 'nothing-is-called-so'], ''],
    [['--timeout', 'soon'], ''],
    [['--protocol', '5'], ''],
    [['broker', '--port', '99999'], ''],
    [['broker', '--fault', 'nothing-is-called-so'], ''],
    [['surplus'], 'there is no command surplus: use conformance, view, '],
    [['vew'], 'there is no command vew: did you mean view?'],
    [['--tagret'], "unknown option '--tagret'. Did you mean --target?"],
    [['--baseline', 'nowhere.json'], 'cannot read nowhere.json: there is no such file or folder'],
    [['--accept', import.meta.dirname], 'it is a folder'],
    [['--reporter', `junit=${main}/junit.xml`], 'there is a file of that name'],
    [['--reporter', `junit=${import.meta.dirname}`], 'it is a folder'],
    [['view', 'nowhere.json'], 'cannot read nowhere.json: there is no such file or folder'],
    [['survey', 'nowhere.yaml'], 'cannot read nowhere.yaml: there is no such file or folder'],
  ];

  test.each(wrong)('%s', async (args, words) => {
    const { code, err, out } = await run(...args);
    expect({ code, lines: err.trim().split('\n').length, out }).toEqual({ code: 2, lines: 1, out: '' });
    expect(err).toMatch(/^mqttspec: /);
    expect(err).toContain(words);
  });
});

describe('a target that gives no verdict gets a plain sentence and exit code 3', () => {
  const strangers: readonly (readonly [string, (socket: Socket) => void, RegExp])[] = [
    ['http', (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'), /no MQTT/],
    ['ssh', (socket) => void socket.write('SSH-2.0-OpenSSH_9.2\r\n'), /no MQTT/],
    ['silent', () => {}, /does not answer/],
    ['reading', (socket) => void socket.once('data', (bytes) => socket.write(bytes)), /no CONNACK/],
    ['closing', (socket) => socket.end(), /closes the connection/],
    ['refusing', (socket) => socket.once('data', () => socket.write(Buffer.from([0x20, 2, 0, 5]))), /credentials/],
  ];

  test.each(strangers)('%s', async (name, serve, sentence) => {
    const { server, port } = await listen(serve);
    const { code, out, err } = await run(
      '--target',
      `127.0.0.1:${port}`,
      '--timeout',
      '200',
      '--out',
      join(folder, name),
    );
    server.close();
    expect(code).toBe(3);
    expect((out + err).replace(/\s+/g, ' ')).toMatch(sentence);
    expect(out + err).not.toMatch(/\n +at /);
    expect(reportIn(name).run).toMatchObject({ exitCode: 3, complete: false, endedBy: 'target lost' });
  });

  test('one that reads, and answers no CONNECT: that is a violation, and the exit code 1', async () => {
    const { server, port } = await listen((socket) => void socket.resume());
    const target = ['--target', `127.0.0.1:${port}`, '--timeout', '200'];
    const { code, out } = await run(...target, '--out', join(folder, 'reading-silently'));
    const other = await run(...target, '--only', 'will', '--out', join(folder, 'asked-of-wills'));
    server.close();
    expect(code).toBe(1);
    expect(out.replace(/\s+/g, ' ')).toMatch(
      /violates 1 statement. .* does not answer a CONNECT. Is it an MQTT broker/,
    );
    const { run: told, scenarios, statements } = reportIn('reading-silently');
    expect(told).toMatchObject({ exitCode: 1, complete: true, endedBy: 'finished' });
    expect(scenarios.filter(({ verdict }) => verdict !== 'skipped').map(({ id }) => id)).toEqual(['plain-connect']);
    expect(statements.filter(({ verdict }) => verdict === 'fail').map(({ id }) => id)).toEqual(['MQTT-3.1.4-4']);
    expect(other.code).toBe(3);
  });

  test('nobody there', async () => {
    const { server, port } = await listen(() => {});
    await new Promise((done) => server.close(done));
    const { code, out } = await run('--target', `127.0.0.1:${port}`, '--out', join(folder, 'nobody'));
    expect(code).toBe(3);
    expect(out.replace(/\s+/g, ' ')).toContain('connection refused');
  });

  test('one that speaks no TLS', async () => {
    const broker = await startBroker({ port: 0 });
    const { code, out } = await run('--target', `mqtts://127.0.0.1:${broker.port}`, '--out', join(folder, 'tls'));
    await broker.stop();
    expect(code).toBe(3);
    expect(out.replace(/\s+/g, ' ')).toContain('Does it speak MQTT over TLS on this port?');
  });

  test('lost on the way: what was measured is still written', async () => {
    const broker = await startBroker({ port: 0 });
    const started = start(
      '--target',
      `127.0.0.1:${broker.port}`,
      '--out',
      join(folder, 'lost'),
      '--verbose',
      '--concurrency',
      '2',
    );
    await new Promise<void>((done) => {
      started.child.stdout?.on('data', (chunk: Buffer) => {
        if (chunk.toString().includes('utf-8')) done();
      });
    });
    await broker.stop();
    const { code, out } = await started.ended;
    expect(code).toBe(3);
    expect(out).toContain('stopped answering');
    const report = reportIn('lost');
    expect(report.run).toMatchObject({ complete: false, endedBy: 'target lost' });
    expect(report.scenarios.length).toBeGreaterThan(0);
    expect(report.scenarios.filter(({ verdict }) => verdict === 'fail')).toEqual([]);
  });
});

describe('the main job', () => {
  test('judges the embedded broker, and writes both reports', async () => {
    const { code, out } = await run(
      '--only',
      '3.12',
      '--out',
      join(folder, 'embedded'),
      '--reporter',
      `junit=${join(folder, 'junit.xml')}`,
    );
    expect(code).toBe(0);
    expect(out).toContain('COMPLIANT');
    expect(existsSync(join(folder, 'embedded/index.html'))).toBe(true);
    expect(readFileSync(join(folder, 'junit.xml'), 'utf8')).toContain('<testsuite');
    expect(reportIn('embedded').summary.scenarios.pass).toBeGreaterThan(3);
  });

  test('finds a violation, and says so by exit code 1', async () => {
    const broker = await startBroker({ port: 0, rules: { publish: { qosOf: () => 0 } } });
    const { code } = await run(
      '--target',
      `127.0.0.1:${broker.port}`,
      '--only',
      'published-qos',
      '--out',
      join(folder, 'violation'),
      '--repeat-failures',
      '0',
    );
    await broker.stop();
    expect(code).toBe(1);
    const failed = reportIn('violation').statements.filter(({ verdict }) => verdict === 'fail');
    expect(failed.map(({ id }) => id)).toEqual(['MQTT-3.8.4-6']);
  });

  test('ends at Ctrl-C with what there is, and leaves nothing on the target', async () => {
    const broker = await startBroker({ port: 0 });
    const before = broker.retainedMessages;
    const { child, ended } = start(
      '--target',
      `127.0.0.1:${broker.port}`,
      '--out',
      join(folder, 'interrupted'),
      '--verbose',
    );
    await new Promise<void>((done) => {
      child.stdout?.on('data', (chunk: Buffer) => {
        if (chunk.toString().includes('utf-8')) done();
      });
    });
    child.kill('SIGINT');
    const { code } = await ended;
    expect(code).toBe(130);
    expect(reportIn('interrupted').run).toMatchObject({ endedBy: 'interrupted', exitCode: 130, complete: false });
    // The broker hears of the end of the tester's connections one after the other.
    while (broker.statistics.connections > 0) await new Promise((next) => setImmediate(next));
    const left = { sessions: broker.sessions, retained: broker.retainedMessages - before };
    expect(left).toEqual({ sessions: 0, retained: 0 });
    await broker.stop();
  });

  test('lists what it would play, with the statements', async () => {
    const { code, out } = await run('--list', '--only', 'MQTT-3.3.5-1');
    expect(code).toBe(0);
    expect(out).toContain('overlap-of-three');
    expect(out).toContain('MQTT-3.3.5-1');
  });

  test.each(['--version', '--help'])('%s', async (option) => {
    const { code, out } = await run(option);
    expect(code).toBe(0);
    expect(out).toMatch(option === '--version' ? /^\d+\.\d+\.\d+\n$/ : /--target <address>/);
  });
});
