// Client libraries and programs that are captured: how each is started, and its version.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export type LibraryName = 'paho-c' | 'paho-python' | 'mqttjs';

const clients = join(import.meta.dirname, 'clients');
const root = join(import.meta.dirname, '../..');
const built = join(root, 'node_modules/.cache/capture');
const install = 'run scripts/capture/install.sh';

/** The program that plays a client of this library. */
export function libraryCommand(name: LibraryName, address: string): { command: string; args: readonly string[] } {
  switch (name) {
    case 'paho-c':
      return { command: join(built, 'paho-c'), args: [address] };
    case 'paho-python':
      // Debian's own Python: another one does not see Debian's packages.
      return { command: '/usr/bin/python3', args: [join(clients, 'paho-python.py'), address] };
    case 'mqttjs':
      return { command: process.execPath, args: [join(clients, 'mqttjs.mjs'), address] };
  }
}

/** Compiles what has to be compiled. */
export function buildClients(): void {
  mkdirSync(built, { recursive: true });
  try {
    execFileSync('gcc', ['-Wall', '-o', join(built, 'paho-c'), join(clients, 'paho-c.c'), '-lpaho-mqtt3c'], {
      stdio: 'pipe',
    });
  } catch (error) {
    throw new Error(`Paho C cannot be compiled: ${install}\n${error instanceof Error ? error.message : String(error)}`);
  }
}

const debian = (packageName: string): string => {
  try {
    return execFileSync('dpkg-query', ['-W', '-f', `$\{Version}`, packageName], { encoding: 'utf8', stdio: 'pipe' });
  } catch {
    throw new Error(`${packageName} is missing: ${install}`);
  }
};

/** Name and version of a client, as a fixture's head shows it. */
export function clientVersion(client: LibraryName | 'mosquitto-clients' | 'curl'): string {
  switch (client) {
    case 'paho-c':
      return `Paho C ${debian('libpaho-mqtt1.3')}`;
    case 'paho-python':
      return `Paho Python ${debian('python3-paho-mqtt')}`;
    case 'mqttjs': {
      const { version } = JSON.parse(readFileSync(join(root, 'node_modules/mqtt/package.json'), 'utf8')) as {
        version: string;
      };
      return `MQTT.js ${version}`;
    }
    case 'mosquitto-clients':
      return `mosquitto_pub and mosquitto_sub ${debian('mosquitto-clients')}`;
    case 'curl':
      return `curl ${debian('curl')}`;
  }
}
