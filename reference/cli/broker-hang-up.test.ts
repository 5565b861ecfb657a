// SIGHUP at a broker that is a process: it serves with another configuration than before, and ends.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterAll, afterEach, expect, test } from 'vitest';
import { renewed, selfSigned } from '../transport/sample-certificates.ts';
import { main } from './sample-run.ts';

const folder = mkdtempSync(join(tmpdir(), 'mqttspec-hang-up-'));
afterAll(() => rmSync(folder, { recursive: true }));

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

function written(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

function broker(...args: readonly string[]) {
  const child = spawn(process.execPath, ['--import', 'tsx', main, 'broker', ...args]);
  children.push(child);
  let told = '';
  let look = (): void => {};
  const hears = (chunk: Buffer): void => {
    told += chunk.toString();
    look();
  };
  child.stdout.on('data', hears);
  child.stderr.on('data', hears);
  const ended = once(child, 'close').then(([code, signal]) => code ?? signal);
  const prints = (pattern: RegExp): Promise<string> =>
    new Promise((done, failed) => {
      look = () => {
        const [, found = ''] = pattern.exec(told) ?? [];
        if (pattern.test(told)) done(found);
      };
      void ended.then((how) => failed(new Error(`ended by ${how}: ${told}`)));
      look();
    });
  return { child, prints, ended };
}

async function fingerprint(port: number): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const { fingerprint256 } = socket.getPeerCertificate();
  socket.destroy();
  return fingerprint256;
}

test('renews certificates also where something else has changed that needs a restart', async () => {
  written('server.crt', selfSigned.cert);
  written('server.key', selfSigned.key);
  const listener = '{ kind: tls, port: 0, certificate: server.crt, key: server.key }';
  const path = written('broker.yaml', `listeners: [${listener}]\n`);
  const { child, prints } = broker('--config', path);
  const port = Number(await prints(/mqtts:\/\/127\.0\.0\.1:(\d+)/));
  const before = await fingerprint(port);
  written('server.crt', renewed.cert);
  written('server.key', renewed.key);
  written('broker.yaml', `listeners: [{ kind: tcp, port: 0 }, ${listener}]\nlog: { level: info }\n`);
  child.kill('SIGHUP');
  await prints(/needs a restart\n/);
  await prints(/reloaded: users, permissions, certificates/);
  expect(await fingerprint(port)).not.toBe(before);
});

test('never ends the broker, whether it serves or stops', async () => {
  const users = written('users', '');
  const { child, prints, ended } = broker('--port', '0', '--password-file', users);
  await prints(/listens on/);
  child.kill('SIGHUP');
  await prints(/reloaded/);
  child.kill('SIGTERM');
  for (let times = 0; times < 100; times++) child.kill('SIGHUP');
  expect(await ended).toBe(0);
});
