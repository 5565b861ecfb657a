// The brokers that are captured: those of scripts/brokers, and a mosquitto that asks for a password.
import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Address, parseAddress } from '../../conformance/target/address.ts';
import { freePort, newFolder, startChild } from '../brokers/child.ts';
import { startRealBroker } from '../brokers/start.ts';
import type { CapturedBroker } from './conversation.ts';

export interface StartedBroker {
  /** Name and version, as a fixture's head shows them. */
  readonly version: string;
  readonly address: Address;
  stop(): Promise<void>;
}

const user = { userName: 'tester', password: 'tester' } as const;

export async function startCapturedBroker(name: CapturedBroker): Promise<StartedBroker> {
  if (name === 'mosquitto-users') return mosquittoWithUsers();
  const broker = await startRealBroker(name);
  return { version: `${name} ${broker.version}`, address: parseAddress(broker.address), stop: () => broker.stop() };
}

async function mosquittoWithUsers(): Promise<StartedBroker> {
  const port = await freePort();
  const folder = newFolder('mosquitto-users');
  const [config, passwords] = [join(folder, 'mosquitto.conf'), join(folder, 'passwords')];
  execFileSync('mosquitto_passwd', ['-b', '-c', passwords, user.userName, user.password], { stdio: 'pipe' });
  writeFileSync(
    config,
    `user root\nlistener ${port} 127.0.0.1\nallow_anonymous false\npassword_file ${passwords}\npersistence false\nlog_dest stderr\n`,
  );
  const child = await startChild({
    name: 'mosquitto',
    command: existsSync('/usr/sbin/mosquitto') ? '/usr/sbin/mosquitto' : 'mosquitto',
    args: ['-c', config],
    port,
    folder,
    credentials: user,
    readyWithinMs: 10_000,
    install: 'run scripts/capture/install.sh',
  });
  const version = execFileSync('dpkg-query', ['-W', '-f', `$\{Version}`, 'mosquitto'], { encoding: 'utf8' });
  return {
    version: `mosquitto ${version}, with a password file`,
    address: { scheme: 'mqtt', host: '127.0.0.1', port, path: '', ...user },
    stop: () => child.stop(),
  };
}
