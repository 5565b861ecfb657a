// mosquitto_pub and mosquitto_sub, clients that we did not write, at the reference broker.
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Broker, startBroker } from './index.ts';

let broker: Broker;
const subscribed = new Map<string, () => void>();
beforeAll(async () => {
  broker = await startBroker({ port: 0, events: { subscribed: ({ topicFilter }) => subscribed.get(topicFilter)?.() } });
});
afterAll(() => broker.stop());

type Child = ChildProcessByStdio<null, Readable, Readable>;

function start(command: 'mosquitto_pub' | 'mosquitto_sub', ...args: readonly string[]): Child {
  return spawn(command, ['-h', '127.0.0.1', '-p', String(broker.port), ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
}

function finished(child: Child): Promise<{ code: number | null; output: string }> {
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  return new Promise((done, broke) => {
    child.once('error', broke);
    child.once('close', (code) => done({ code, output: output.trim() }));
  });
}

/** Starts mosquitto_sub; resolves when its subscription stands. */
async function subscriber(
  topic: string,
  ...args: readonly string[]
): Promise<Promise<{ code: number | null; output: string }>[]> {
  const stands = new Promise<void>((done) => subscribed.set(topic, done));
  const end = finished(start('mosquitto_sub', '-t', topic, '-C', '1', '-W', '10', ...args));
  await Promise.race([stands, end]);
  return [end];
}

describe('mosquitto_pub and mosquitto_sub', () => {
  test.each(['0', '1', '2'])('exchange a message at QoS %s', async (qos) => {
    const [received] = await subscriber(`cli/${qos}`, '-q', qos);
    expect(await finished(start('mosquitto_pub', '-t', `cli/${qos}`, '-m', 'hello', '-q', qos))).toMatchObject({
      code: 0,
    });
    expect(await received).toEqual({ code: 0, output: 'hello' });
  });

  test('get a retained message', async () => {
    await finished(start('mosquitto_pub', '-t', 'cli/retained', '-m', 'kept', '-q', '1', '-r'));
    const [received] = await subscriber('cli/retained', '-q', '1');
    expect(await received).toEqual({ code: 0, output: 'kept' });
  });

  test('get a will', async () => {
    const [received] = await subscriber('cli/will');
    const stands = new Promise<void>((done) => subscribed.set('cli/victim', done));
    const victim = start('mosquitto_sub', '-t', 'cli/victim', '--will-topic', 'cli/will', '--will-payload', 'gone');
    const ended = finished(victim);
    await stands;
    victim.kill('SIGKILL');
    expect(await received).toEqual({ code: 0, output: 'gone' });
    await ended;
  });

  test('find a persistent session again', async () => {
    const session = ['-q', '1', '-i', 'cli-session', '-c'];
    const first = await finished(start('mosquitto_sub', '-t', 'cli/session', ...session, '-E'));
    expect(first.code).toBe(0);
    await finished(start('mosquitto_pub', '-t', 'cli/session', '-m', 'queued', '-q', '1'));
    const [received] = await subscriber('cli/session', ...session);
    expect(await received).toEqual({ code: 0, output: 'queued' });
  });

  test('speak MQTT 3.1 too', async () => {
    const [received] = await subscriber('cli/old', '-V', 'mqttv31');
    await finished(start('mosquitto_pub', '-V', 'mqttv31', '-t', 'cli/old', '-m', 'old'));
    expect(await received).toEqual({ code: 0, output: 'old' });
  });
});
