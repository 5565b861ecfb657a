// Real brokers that we did not write, on free ports of 127.0.0.1, as child processes.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, newFolder, startChild } from './child.ts';

export const brokerNames = ['mosquitto', 'aedes', 'rabbitmq', 'ejabberd', 'activemq', 'mosca'] as const;
export type BrokerName = (typeof brokerNames)[number];

export interface RealBroker extends AsyncDisposable {
  readonly name: BrokerName;
  readonly version: string;
  /** `mqtt://127.0.0.1:PORT`, with credentials where the broker asks for them. */
  readonly address: string;
  /** Of the process that was started, to look at what it uses. */
  readonly pid: number;
  stop(): Promise<void>;
}

const versionOf = (packageName: string): string => {
  try {
    return execFileSync('dpkg-query', ['-W', '-f', `$\{Version}`, packageName], { encoding: 'utf8' });
  } catch {
    throw new Error(`${packageName} is missing: run scripts/brokers/install.sh`);
  }
};

interface Started {
  readonly version: string;
  readonly child: { readonly pid: number; stop(): Promise<void> };
  readonly credentials?: string;
}

const install = 'run scripts/brokers/install.sh';

async function mosquitto(port: number, noDelay: boolean): Promise<Started> {
  const version = versionOf('mosquitto');
  const folder = newFolder('mosquitto');
  const config = join(folder, 'mosquitto.conf');
  writeFileSync(
    config,
    `user root\nlistener ${port} 127.0.0.1\nallow_anonymous true\npersistence false\nlog_dest stderr\nset_tcp_nodelay ${noDelay}\n`,
  );
  const command = existsSync('/usr/sbin/mosquitto') ? '/usr/sbin/mosquitto' : 'mosquitto';
  const child = await startChild({
    name: 'mosquitto',
    command,
    args: ['-c', config],
    port,
    folder,
    readyWithinMs: 10_000,
    install,
  });
  return { version, child };
}

async function node(name: 'aedes' | 'mosca', port: number, cwd: string): Promise<Started> {
  const folder = newFolder(name);
  const program = join(import.meta.dirname, `${name}.mjs`);
  const { version } = JSON.parse(readFileSync(join(cwd, 'node_modules', name, 'package.json'), 'utf8')) as {
    version: string;
  };
  const child = await startChild({
    name,
    command: process.execPath,
    args: [program, String(port), cwd],
    port,
    folder,
    readyWithinMs: 15_000,
    install,
  });
  return { version, child };
}

/** mosca is not maintained: it lives in a folder of its own, made at first use. */
function moscaFolder(): string {
  const folder = join(import.meta.dirname, '../../node_modules/.cache/mosca');
  if (existsSync(join(folder, 'node_modules/mosca'))) return folder;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  const packages = [
    'mosca@2.8.3',
    'eventemitter2@0.4.14',
    'jsonschema@1.2.6',
    'ioredis@2.5.0',
    'msgpack-lite@0.1.26',
    'mongodb@2.2.36',
  ];
  execFileSync('npm', ['install', '--omit=optional', '--ignore-scripts', '--no-audit', '--no-fund', ...packages], {
    cwd: folder,
    stdio: 'ignore',
  });
  return folder;
}

async function rabbitmq(port: number): Promise<Started> {
  const version = versionOf('rabbitmq-server');
  const folder = newFolder('rabbitmq');
  const [epmdPort, distPort] = [await freePort(), await freePort()];
  writeFileSync(join(folder, 'enabled_plugins'), '[rabbitmq_mqtt].');
  writeFileSync(
    join(folder, 'rabbitmq.conf'),
    [
      `mqtt.listeners.tcp.1 = 127.0.0.1:${port}`,
      'listeners.tcp = none',
      'mqtt.allow_anonymous = true',
      'mqtt.default_user = guest',
      'mqtt.default_pass = guest',
      'disk_free_limit.absolute = 1MB',
      'loopback_users = none',
    ].join('\n'),
  );
  const env = {
    RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'enabled_plugins'),
    RABBITMQ_MNESIA_BASE: join(folder, 'mnesia'),
    RABBITMQ_LOG_BASE: join(folder, 'log'),
    RABBITMQ_NODENAME: `mqttspec${port}@localhost`,
    RABBITMQ_DIST_PORT: String(distPort),
    ERL_EPMD_PORT: String(epmdPort),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_PID_FILE: join(folder, 'pid'),
    HOME: folder,
  };
  const server = readdirSync('/usr/lib/rabbitmq/lib').find((name) => name.startsWith('rabbitmq_server-')) ?? '';
  const command = join('/usr/lib/rabbitmq/lib', server, 'sbin/rabbitmq-server');
  // In the foreground, so that it ends with the node: one that the node starts stays behind.
  const epmd = await startChild({
    name: 'epmd',
    command: 'epmd',
    args: ['-port', String(epmdPort), '-address', '127.0.0.1'],
    port: epmdPort,
    isReady: 'listening',
    folder: newFolder('epmd'),
    readyWithinMs: 30_000,
    install,
  });
  const child = await startChild({
    name: 'rabbitmq',
    command,
    args: [],
    port,
    env,
    folder,
    readyWithinMs: 180_000,
    install,
  }).catch(async (error: unknown) => {
    await epmd.stop();
    throw error;
  });
  const stop = async (): Promise<void> => {
    await child.stop();
    await epmd.stop();
  };
  return { version, child: { pid: child.pid, stop } };
}

async function activemq(port: number): Promise<Started> {
  const version = versionOf('activemq');
  const folder = newFolder('activemq');
  const lib = join(folder, 'lib');
  mkdirSync(lib);
  const jars = readdirSync('/usr/share/java').filter((name) =>
    /^(mqtt-client|hawtdispatch|hawtdispatch-transport|hawtbuf)(-[\d.]+)?\.jar$/.test(name),
  );
  for (const folderOfJars of ['/usr/share/activemq/lib', '/usr/share/activemq/lib/optional']) {
    if (!existsSync(folderOfJars)) continue;
    for (const jar of readdirSync(folderOfJars))
      if (jar.endsWith('.jar') && !existsSync(join(lib, jar))) symlinkSync(join(folderOfJars, jar), join(lib, jar));
  }
  for (const jar of jars) if (!existsSync(join(lib, jar))) symlinkSync(join('/usr/share/java', jar), join(lib, jar));
  // Its store is not synced to the disk: else how long a run takes is up to the disk of the machine.
  const store = `<kahaDB directory="${folder}/data/kahadb" journalDiskSyncStrategy="never" enableIndexDiskSyncs="false" enableIndexRecoveryFile="false"/>`;
  mkdirSync(join(folder, 'conf'));
  writeFileSync(
    join(folder, 'conf/activemq.xml'),
    `<beans xmlns="http://www.springframework.org/schema/beans" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://www.springframework.org/schema/beans http://www.springframework.org/schema/beans/spring-beans.xsd http://activemq.apache.org/schema/core http://activemq.apache.org/schema/core/activemq-core.xsd"><broker xmlns="http://activemq.apache.org/schema/core" brokerName="mqttspec" dataDirectory="${folder}/data" useJmx="false" schedulerSupport="false"><persistenceAdapter>${store}</persistenceAdapter><transportConnectors><transportConnector name="mqtt" uri="mqtt://127.0.0.1:${port}"/></transportConnectors></broker></beans>`,
  );
  const starter =
    [
      '/usr/share/activemq/bin/activemq.jar',
      '/usr/share/activemq/activemq.jar',
      '/usr/share/java/activemq-run.jar',
    ].find((jar) => existsSync(jar)) ?? '';
  const args = [
    `-Dactivemq.home=/usr/share/activemq`,
    `-Dactivemq.base=${folder}`,
    `-Dactivemq.conf=${folder}/conf`,
    `-Dactivemq.data=${folder}/data`,
    '-cp',
    [starter, `${lib}/*`].join(':'),
    'org.apache.activemq.console.Main',
    'start',
    `xbean:file:${folder}/conf/activemq.xml`,
  ];
  const child = await startChild({
    name: 'activemq',
    command: 'java',
    args,
    port,
    folder,
    readyWithinMs: 180_000,
    install,
  });
  return { version, child };
}

async function ejabberd(port: number): Promise<Started> {
  const version = versionOf('ejabberd');
  const folder = newFolder('ejabberd');
  const config = join(folder, 'ejabberd.yml');
  writeFileSync(
    config,
    [
      'hosts:',
      '  - localhost',
      'loglevel: error',
      'auth_method: [anonymous]',
      'allow_multiple_connections: true',
      'anonymous_protocol: login_anon',
      'listen:',
      '  -',
      `    port: ${port}`,
      '    ip: "127.0.0.1"',
      '    module: mod_mqtt',
      '    backlog: 1000',
      'modules:',
      '  mod_mqtt: {}',
      '',
    ].join('\n'),
  );
  // Debian puts it beside the machine's libraries, not below those of Erlang.
  const libs = readdirSync('/usr/lib')
    .filter((arch) => arch.endsWith('linux-gnu'))
    .flatMap((arch) => readdirSync(join('/usr/lib', arch)).map((name) => join('/usr/lib', arch, name, 'ebin')))
    .filter((ebin) => existsSync(join(ebin, 'ejabberd.app')));
  const args = [
    '-noinput',
    '-pa',
    ...libs,
    '-mnesia',
    'dir',
    `"${folder}/mnesia"`,
    '-ejabberd',
    'config',
    `"${config}"`,
    '-ejabberd',
    'log_path',
    `"${folder}/ejabberd.log"`,
    '-s',
    'ejabberd',
  ];
  const credentials = { userName: 'tester', password: 'tester' };
  const env = { HOME: folder, EJABBERD_CONFIG_PATH: config, ERL_CRASH_DUMP: join(folder, 'dump') };
  const child = await startChild({
    name: 'ejabberd',
    command: 'erl',
    args,
    port,
    env,
    folder,
    credentials,
    readyWithinMs: 180_000,
    install,
  });
  return { version, child, credentials: 'tester:tester' };
}

export interface StartOptions {
  readonly port?: number;
  /** mosquitto alone: without Nagle's delay, which is on by default. */
  readonly noDelay?: boolean;
}

/** Starts a broker; resolves when it answers a CONNECT. Rejects, saying what to install, where it cannot be started. */
export async function startRealBroker(name: BrokerName, options: StartOptions = {}): Promise<RealBroker> {
  const port = options.port ?? (await freePort());
  const { version, child, credentials } = await startNamed(name, port, options.noDelay === true);
  const stop = (): Promise<void> => child.stop();
  const address = `mqtt://${credentials === undefined ? '' : `${credentials}@`}127.0.0.1:${port}`;
  return { name, version, address, pid: child.pid, stop, [Symbol.asyncDispose]: stop };
}

function startNamed(name: BrokerName, port: number, noDelay: boolean): Promise<Started> {
  switch (name) {
    case 'mosquitto':
      return mosquitto(port, noDelay);
    case 'aedes':
      return node('aedes', port, join(import.meta.dirname, '../..'));
    case 'mosca':
      return node('mosca', port, moscaFolder());
    case 'rabbitmq':
      return rabbitmq(port);
    case 'activemq':
      return activemq(port);
    case 'ejabberd':
      return ejabberd(port);
  }
}
