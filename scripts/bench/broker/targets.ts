// What is measured: our broker, its peers, and the bare forwarder, each as a process of its own on a free port.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, newFolder, startChild } from '../../brokers/child.ts';
import { startRealBroker } from '../../brokers/start.ts';

export const targetNames = ['ours', 'mosquitto', 'aedes', 'forwarder'] as const;
export type TargetName = (typeof targetNames)[number];

export interface Target {
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
}

const at = (file: string): string => join(import.meta.dirname, file);
const programs = { ours: [at('ours.mjs')], forwarder: ['--import', import.meta.resolve('tsx'), at('forwarder.ts')] };

export async function startTarget(name: TargetName): Promise<Target> {
  const port = await freePort();
  if (name === 'mosquitto' || name === 'aedes') {
    const { pid, stop } = await startRealBroker(name, { port });
    return { port, pid, stop };
  }
  const child = await startChild({
    name,
    command: process.execPath,
    args: [...programs[name], String(port)],
    port,
    folder: newFolder(name),
    readyWithinMs: 15_000,
    install: 'run npm install',
  });
  return { port, ...child };
}

/** Milliseconds of CPU that a process has used (user and system): fields 14 and 15 of its stat, at 100 ticks a second. */
export function cpuMsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** Resident memory of a process, in bytes. */
export function residentBytesOf(pid: number): number {
  const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) * 1_024;
}
