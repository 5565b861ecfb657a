// tshark, where it is installed: reads a capture and tells the MQTT packets in it.
import { execFileSync } from 'node:child_process';

/** Packet types (Table 2.1) of each frame that holds MQTT, in the order of the file. Throws an error that says what to install. */
export function packetTypesByTshark(file: string): number[][] {
  const args = ['-r', file, '-Y', 'mqtt', '-T', 'fields', '-e', 'mqtt.msgtype'];
  try {
    const out = execFileSync('tshark', args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      maxBuffer: 1 << 28,
    });
    return out
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split(',').map(Number));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new Error('tshark is missing: run scripts/dissector/install.sh', { cause: error });
  }
}
