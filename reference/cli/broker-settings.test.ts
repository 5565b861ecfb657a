import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Settings } from '../broker/config/settings.ts';
import { settingsOf, withBrokerOptions } from './broker-settings.ts';
import { UsageError } from './usage-error.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mqttspec-settings-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** The settings of a command line. */
function settings(...args: readonly string[]): Promise<Settings> {
  const command = withBrokerOptions(new Command('broker'))
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
  return settingsOf(command.parse(args, { from: 'user' }).opts());
}

describe('the command line of the broker', () => {
  test.each<[string, Settings]>([
    ['', {}],
    ['-p 1884', { listeners: [{ kind: 'tcp', port: 1_884 }] }],
    ['--host ::1', { listeners: [{ kind: 'tcp', host: '::1' }] }],
    [
      '--listen mqtt://[::1]:0 --listen ws://localhost:8080/mqtt --listen unix:/run/mqtt.sock',
      {
        listeners: [
          { kind: 'tcp', host: '::1', port: 0 },
          { kind: 'ws', host: 'localhost', port: 8_080 },
          { kind: 'unix', path: '/run/mqtt.sock' },
        ],
      },
    ],
    [
      '--port 0 --listen mqtts://0.0.0.0 --certificate c --key k',
      {
        listeners: [
          { kind: 'tcp', port: 0 },
          { kind: 'tls', host: '0.0.0.0', port: 8_883, certificate: 'c', key: 'k' },
        ],
      },
    ],
    ['--password-file users --anonymous', { access: { passwordFile: 'users', anonymous: true } }],
    ['--no-anonymous --certificate-names', { access: { anonymous: false, certificateNames: true } }],
    ['--metrics-port 0 --log-level debug --data d', { metrics: { port: 0 }, log: { level: 'debug' }, data: 'd' }],
  ])('"%s"', async (line, expected) => {
    expect(await settings(...line.split(' ').filter((word) => word !== ''))).toEqual(expected);
  });

  test('goes over the configuration, key by key', async () => {
    const path = join(folder, 'broker.yaml');
    await writeFile(
      path,
      'listeners: [{ kind: ws, port: 1 }]\naccess: { anonymous: true, sessionOwners: first user }\nlog: { level: debug, format: json }',
    );
    expect(await settings('--config', path, '--no-anonymous', '--log-level', 'none', '--port', '7')).toEqual({
      listeners: [{ kind: 'tcp', port: 7 }],
      access: { anonymous: false, sessionOwners: 'first user' },
      log: { level: 'none', format: 'json' },
    });
  });

  test.each([
    ['--listen mqtts://localhost', 'command line: listeners[0].certificate: expected a path, got nothing'],
    ['--metrics-host ::1', 'command line: metrics.port: expected a port from 0 to 65535, got nothing'],
    ['--config none', 'cannot read the configuration none: there is no such file'],
  ])('"%s" is wrong usage', async (line, message) => {
    await expect(settings(...line.split(' '))).rejects.toThrow(message);
    await expect(settings(...line.split(' '))).rejects.toBeInstanceOf(UsageError);
  });

  test.each([
    '--listen http://x',
    '--listen mqtt://',
    '--port 65536',
    '--log-level loud',
    '--client-certificates maybe',
  ])('"%s" is refused at once', (line) => {
    expect(() => settings(...line.split(' '))).toThrow(/expected|Allowed choices/);
  });
});
