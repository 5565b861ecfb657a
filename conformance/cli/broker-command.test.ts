// The broker as a process: its configuration, its users, and what it prints.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { alice, authority, renewed, selfSigned } from '../../reference/transport/sample-certificates.ts';

const main = join(import.meta.dirname, 'main.ts');
const folder = mkdtempSync(join(tmpdir(), 'mqttspec-broker-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

class Command {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  out = '';
  err = '';
  #look: () => void = () => {};

  constructor(args: readonly string[], input = '') {
    this.child = spawn(process.execPath, ['--import', 'tsx', main, 'broker', ...args]);
    this.child.stdout?.on('data', (chunk: Buffer) => {
      this.out += chunk.toString();
      this.#look();
    });
    this.child.stderr?.on('data', (chunk: Buffer) => {
      this.err += chunk.toString();
      this.#look();
    });
    this.ended = once(this.child, 'close').then(([code]) => code as number | null);
    this.child.stdin?.end(input);
    ends.push(() => {
      this.child.kill('SIGKILL');
      return this.ended;
    });
  }

  /** Resolves when this was printed; rejects when the process has ended without. */
  async prints(pattern: RegExp): Promise<RegExpExecArray> {
    const printed = new Promise<RegExpExecArray>((done) => {
      this.#look = () => {
        const found = pattern.exec(this.out + this.err);
        if (found !== null) done(found);
      };
      this.#look();
    });
    const ended = this.ended.then(() => {
      throw new Error(`ended without ${pattern}: ${this.out}${this.err}`);
    });
    return Promise.race([printed, ended]);
  }

  /** The address of this scheme that it listens at. */
  async address(scheme: string): Promise<string> {
    const [, address = ''] = await this.prints(new RegExp(`listens on (${scheme}:\\S+)\n`));
    return address;
  }
}

async function client(url: string, options: IClientOptions = {}): Promise<MqttClient> {
  const one = mqtt.connect(url, { reconnectPeriod: 0, rejectUnauthorized: false, ...options });
  ends.push(() => one.endAsync(true));
  await new Promise((connected, failed) => {
    one.once('connect', connected);
    one.once('error', failed);
  });
  return one;
}

function written(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

async function setPassword(file: string, user: string, password: string): Promise<void> {
  const command = new Command(['passwd', file, user], `${password}\n`);
  expect([await command.ended, command.err]).toEqual([0, '']);
}

async function fingerprint(url: string): Promise<string> {
  const socket = connectTls({ host: '127.0.0.1', port: Number(new URL(url).port), rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const { fingerprint256 } = socket.getPeerCertificate();
  socket.destroy();
  return fingerprint256;
}

describe('mqttspec broker passwd', () => {
  test('makes users whom the broker knows, and deletes them', async () => {
    const file = join(folder, 'users-made');
    await setPassword(file, 'alice', 'sécret');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const broker = new Command(['--port', '0', '--password-file', file]);
    const url = await broker.address('mqtt');
    await client(url, { username: 'alice', password: 'sécret' });
    await expect(client(url, { username: 'alice', password: 'secret' })).rejects.toThrow(/Bad username or password/);
    await expect(client(url)).rejects.toThrow(/Not authorized/);
    const gone = new Command(['passwd', '--delete', file, 'alice']);
    expect([await gone.ended, gone.out]).toEqual([0, expect.stringMatching(/^alice deleted\. .*SIGHUP\.\n$/)]);
  });

  test('refuses what cannot be a user by one line and exit code 2', async () => {
    const command = new Command(['passwd', join(folder, 'users-x'), 'a:b'], 'x\n');
    expect(await command.ended).toBe(2);
    expect(command.err).toBe('mqttspec: expected a user name without : and control characters\n');
  });
});

describe('mqttspec broker', () => {
  test('does what its configuration says, and reads users, permissions and certificates again at SIGHUP', async () => {
    const users = join(folder, 'users');
    await setPassword(users, 'alice', 'a');
    written('server.crt', selfSigned.cert);
    written('server.key', selfSigned.key);
    const configuration = (permissions: string): string =>
      written(
        'broker.yaml',
        `listeners:
  - { kind: tls, port: 0, certificate: server.crt, key: server.key }
  - { kind: tcp, port: 0 }
access: { passwordFile: users, permissions: [${permissions}] }
log: { level: info, format: json }
metrics: { port: 0 }
`,
      );
    const broker = new Command(['--config', configuration('{ publish: [a] }')]);
    const url = await broker.address('mqtts');
    const [, metrics = ''] = await broker.prints(/metrics: (\S+)/);
    const one = await client(url, { username: 'alice', password: 'a', clientId: 'one' });
    expect(await (await fetch(metrics)).text()).toContain('\nmqttspec_clients_connected 1\n');
    await one.publishAsync('b', 'x', { qos: 1 });
    await broker.prints(/"event":"publish denied","connectionId":1,.*"clientId":"one","userName":"alice".*"topic":"b"/);

    const before = await fingerprint(url);
    written('server.crt', renewed.cert);
    written('server.key', renewed.key);
    configuration('{ publish: [b], subscribe: [b] }');
    await setPassword(users, 'bob', 'b');
    broker.child.kill('SIGHUP');
    await broker.prints(/reloaded: users, permissions, certificates/);
    expect(await fingerprint(url)).not.toBe(before);
    const bob = await client(url, { username: 'bob', password: 'b' });
    await bob.subscribeAsync('b');
    const came = new Promise<string>((done) => bob.once('message', (_topicName, payload) => done(payload.toString())));
    // The connection of before is still there.
    await one.publishAsync('b', 'over the old connection');
    expect(await came).toBe('over the old connection');

    written('server.key', 'no key');
    broker.child.kill('SIGHUP');
    await broker.prints(/mqttspec: cannot reload: listeners\[0\]: certificate and key cannot be used/);
    expect(await fingerprint(url)).not.toBe(before);
    written('server.key', renewed.key);
    written('broker.yaml', 'listeners: [{ kind: tcp }]');
    broker.child.kill('SIGHUP');
    await broker.prints(/cannot reload: access\.passwordFile: cannot be turned on or off while the broker runs/);
    broker.child.kill('SIGTERM');
    expect(await broker.ended).toBe(0);
  });

  test('listens at several places, takes names from certificates, and shows what passes, but no password', async () => {
    const [certificate, key] = [written('one.crt', selfSigned.cert), written('one.key', selfSigned.key)];
    const socket = join(folder, 'mqtt.sock');
    const places = ['mqtt://127.0.0.1:0', 'ws://127.0.0.1:0', 'wss://127.0.0.1:0', `unix:${socket}`];
    const broker = new Command([
      ...places.flatMap((place) => ['--listen', place]),
      ...['--certificate', certificate, '--key', key],
      ...['--client-certificates', 'optional', '--client-authority', written('ca.crt', authority)],
      ...['--certificate-names', '--log-level', 'info', '--trace'],
    ]);
    expect(await broker.address('unix')).toBe(`unix:${socket}`);
    await client(await broker.address('wss'), { ...alice, clientId: 'certified' });
    await broker.prints(/connected remoteAddress="127\.0\.0\.1" clientId="certified" userName="alice"/);
    await client(await broker.address('ws'), { username: 'bob', password: 'hidden-Word', clientId: 'anybody' });
    await broker.prints(/ > CONNECT .*clientId="anybody" userName="bob" password=\*\*\*\n/);
    await broker.prints(/connected remoteAddress="127\.0\.0\.1" clientId="anybody" sessionPresent=false/);
    expect(broker.out + broker.err).not.toMatch(/hidden|Word/);
  });

  test('refuses a wrong configuration by one line and exit code 2', async () => {
    const wrong = written('wrong.yaml', 'listeners: [{ kind: tcp }, { kind: tcp, port: 99999 }]');
    const command = new Command(['--config', wrong]);
    expect(await command.ended).toBe(2);
    expect(command.err).toBe(`mqttspec: ${wrong}: listeners[1].port: expected a port from 0 to 65535, got 99999\n`);
  });

  test('says which place it cannot have', async () => {
    const first = new Command(['--port', '0']);
    const { port } = new URL(await first.address('mqtt'));
    const second = new Command(['--listen', 'ws://127.0.0.1:0', '--port', port]);
    expect(await second.ended).toBe(2);
    expect(second.err).toMatch(
      new RegExp(`^mqttspec: cannot listen on 127.0.0.1:${port}: the port is in use\\. .*\n$`),
    );
  });
});
