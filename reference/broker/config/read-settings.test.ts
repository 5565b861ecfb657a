import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ConfigError, checkSettings, readSettings } from './read-settings.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mqttspec-config-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function written(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

describe('a configuration', () => {
  test('is read from YAML, with paths from its folder', async () => {
    const path = await written(
      'broker.yaml',
      `# at home
data: sessions
listeners:
  - kind: tcp
    port: 0
  - { kind: tls, certificate: server.crt, key: /keys/server.key }
  - { kind: unix, path: mqtt.sock }
access:
  passwordFile: users
  permissions:
    - users: known
      publish: [home/%u/#]
      subscribe: ['#']
limits: { maxConnections: 10 }
`,
    );
    expect(await readSettings(path)).toEqual({
      data: join(folder, 'sessions'),
      listeners: [
        { kind: 'tcp', port: 0 },
        { kind: 'tls', certificate: join(folder, 'server.crt'), key: '/keys/server.key' },
        { kind: 'unix', path: join(folder, 'mqtt.sock') },
      ],
      access: {
        passwordFile: join(folder, 'users'),
        permissions: [{ users: 'known', publish: ['home/%u/#'], subscribe: ['#'] }],
      },
      limits: { maxConnections: 10 },
    });
  });

  test('is read from JSON', async () => {
    const path = await written('broker.json', '{ "metrics": { "port": 9883 }, "log": { "level": "debug" } }');
    expect(await readSettings(path)).toEqual({ metrics: { port: 9883 }, log: { level: 'debug' } });
  });

  test.each([
    ['log: *nowhere', /loop\.yaml: neither JSON nor YAML: .*nowhere/],
    [
      'a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]',
      /alias/,
    ],
  ])('has to be data: %j', async (text, problem) => {
    const reading = readSettings(await written('loop.yaml', text));
    await expect(reading).rejects.toThrow(ConfigError);
    await expect(reading).rejects.toThrow(problem);
  });

  test.each([
    [{ constructor: 1 }, 'constructor: there is no such key'],
    [{ limits: { toString: 1 } }, 'limits.toString: there is no such key'],
    [{ listeners: [] }, 'listeners: expected one listener at least, got none'],
    [{ listeners: [{ kind: 'unix', path: `/${'x'.repeat(107)}` }] }, 'listeners[0].path: expected a path of at most'],
  ])('has none but its own keys, and somewhere to listen: %j', (value, problem) => {
    expect(() => checkSettings(value, 'broker.yaml')).toThrow(`broker.yaml: ${problem}`);
  });

  test('may be empty', async () => {
    expect(await readSettings(await written('empty.yaml', '# nothing\n'))).toEqual({});
  });

  test('that is not there, or no text of its kind, is told by its path and place', async () => {
    await expect(readSettings(join(folder, 'none'))).rejects.toThrow(
      /cannot read the configuration .*none: there is no such file/,
    );
    const path = await written('broken.json', '{ "log": {\n "level": ]');
    await expect(readSettings(path)).rejects.toThrow(/broken\.json, line 2, column \d+: neither JSON nor YAML: /);
    await expect(readSettings(path)).rejects.toBeInstanceOf(ConfigError);
  });
});

const problemsOf = (value: unknown): string[] => {
  try {
    checkSettings(value, 'f');
    return [];
  } catch (error) {
    return (error as Error).message.split('\n').map((line) => line.replace(/^f: /, ''));
  }
};

const tls = { kind: 'tls', certificate: 'c', key: 'k' };

describe('what is wrong is told with its key', () => {
  test.each<[unknown, string | RegExp]>([
    [
      { listeners: [{ kind: 'tcp' }, { kind: 'tcp', port: 99_999 }] },
      'listeners[1].port: expected a port from 0 to 65535, got 99999',
    ],
    [{ listeners: [{ kind: 'tcp', port: '1883' }] }, 'listeners[0].port: expected a port from 0 to 65535, got "1883"'],
    [{ listeners: [{ kind: 'tcp', port: 1.5 }] }, 'listeners[0].port: expected a port from 0 to 65535, got 1.5'],
    [{ listeners: [{ port: 1 }] }, 'listeners[0].kind: expected tcp, tls, ws, wss or unix, got nothing'],
    [{ listeners: [{ kind: 'quic' }] }, 'listeners[0].kind: expected tcp, tls, ws, wss or unix, got "quic"'],
    [
      { listeners: [{ kind: 'tcp', prot: 1 }] },
      /^listeners\[0\]\.prot: there is no such key: expected kind, host, port, /,
    ],
    [{ listeners: { kind: 'tcp' } }, 'listeners: expected a list of listeners, got an object'],
    [{ listeners: [{ kind: 'ws' }] }, 'listeners[0].port: expected a port from 0 to 65535, got nothing'],
    [{ listeners: [{ kind: 'unix' }] }, 'listeners[0].path: expected a path, got nothing'],
    [
      { listeners: [{ kind: 'unix', path: 'x', port: 1 }] },
      'listeners[0].port: does not belong to a listener of kind unix',
    ],
    [
      { listeners: [{ kind: 'tcp', certificate: 'c' }] },
      'listeners[0].certificate: does not belong to a listener of kind tcp',
    ],
    [{ listeners: [{ kind: 'tls', key: 'k' }] }, 'listeners[0].certificate: expected a path, got nothing'],
    [
      { listeners: [{ ...tls, clientCertificates: 'optional' }] },
      'listeners[0].clientAuthority: expected a path, got nothing',
    ],
    [{ access: { anonymous: 'no' } }, 'access.anonymous: expected true or false, got "no"'],
    [{ access: { passwordFile: '' } }, 'access.passwordFile: expected a path, got ""'],
    [
      { access: { failedAttempts: { most: 3 } } },
      'access.failedAttempts.withinSeconds: expected seconds from 1 to 86400, got nothing',
    ],
    [
      { access: { permissions: [{ users: 'all' }] } },
      'access.permissions[0].users: expected known or anonymous, or a list of user names, got "all"',
    ],
    [{ access: { permissions: [{ users: ['a', 7] }] } }, 'access.permissions[0].users[1]: expected a text, got 7'],
    [
      { access: { permissions: [{ publish: ['a/%x'] }] } },
      'access.permissions[0].publish[0]: expected %u, %c or %%, got %x',
    ],
    [
      { access: { clientIds: [{ clientId: 'a' }] } },
      'access.clientIds[0].clientId: expected users, or %u in the client id',
    ],
    [{ access: null }, /^access: expected an object with passwordFile, .*, got nothing$/],
    [{ limits: { maxInFlight: 0 } }, 'limits.maxInFlight: expected a number from 1 to 65535, got 0'],
    [{ log: { level: 'loud' } }, 'log.level: expected none, error, warn, info or debug, got "loud"'],
    [[], /^expected an object with listeners, .*, got a list$/],
    ['text', /^expected an object with listeners, .*, got "text"$/],
  ])('%j', (value, problem) => {
    expect(problemsOf(value)).toEqual([typeof problem === 'string' ? problem : expect.stringMatching(problem)]);
  });

  test('all of it at once', () => {
    expect(problemsOf({ log: { level: 1 }, metrics: { port: -1 }, more: true })).toEqual([
      expect.stringMatching(/^more: there is no such key/),
      'log.level: expected none, error, warn, info or debug, got 1',
      'metrics.port: expected a port from 0 to 65535, got -1',
    ]);
  });
});
