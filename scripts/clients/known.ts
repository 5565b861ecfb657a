// Clients that we did not write, and how they are put on the bench.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const adapters = join(import.meta.dirname, '../../conformance/adapters');

export const knownClients = {
  'mqtt-js': `'${process.execPath}' '${join(adapters, 'mqtt-js.mjs')}'`,
  'paho-python': `/usr/bin/python3 '${join(adapters, 'paho-python.py')}'`,
} as const;
export type ClientName = keyof typeof knownClients;

/** Throws an error that says what to install where a client is missing. */
export function demandInstalled(name: ClientName): void {
  if (name !== 'paho-python') return;
  try {
    execFileSync('/usr/bin/python3', ['-c', 'import paho.mqtt.client'], { stdio: 'ignore' });
  } catch (error) {
    throw new Error('python3-paho-mqtt is missing: run scripts/clients/install.sh', { cause: error });
  }
}
