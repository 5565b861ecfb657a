import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { statisticNames } from '../core/statistics.ts';
import { startBroker } from '../index.ts';

interface Metric {
  readonly type: string;
  readonly help: string;
  readonly value: number;
}

/** Reads the text format as its description says: comment lines `# HELP` and `# TYPE`, and samples. */
function parse(text: string): Map<string, Metric> {
  expect(text.endsWith('\n')).toBe(true);
  const metrics = new Map<string, Metric>();
  let [help, type] = ['', ''];
  for (const line of text.slice(0, -1).split('\n')) {
    const comment = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$/.exec(line);
    if (comment?.[1] === 'HELP') help = comment[3] ?? '';
    else if (comment?.[1] === 'TYPE') type = comment[3] ?? '';
    else {
      const [, name = '', value] = /^([a-zA-Z_:][a-zA-Z0-9_:]*) (\S+)$/.exec(line) ?? [];
      expect(name, line).not.toBe('');
      expect(metrics.has(name), name).toBe(false);
      metrics.set(name, { type, help, value: Number(value) });
    }
  }
  return metrics;
}

describe('metrics', () => {
  test('are the statistics, in the text format of Prometheus', async () => {
    await using broker = await startBroker({ port: 0, metrics: { port: 0 } });
    broker.publish({ topicName: 't', payload: new Uint8Array(), qos: 0, retain: false });
    const response = await fetch(broker.metricsAddress ?? '');
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const metrics = parse(await response.text());
    expect(metrics.size).toBe(statisticNames.length);
    for (const { name, kind, metric, help } of statisticNames) {
      const value = name === 'uptimeSeconds' ? expect.any(Number) : broker.statistics[name];
      expect(metrics.get(`mqttspec_${metric}`), metric).toEqual({ type: kind, help, value });
      expect(metric.endsWith('_total'), metric).toBe(kind === 'counter');
    }
    expect(metrics.get('mqttspec_published_messages_total')?.value).toBe(1);
  });

  test('are for this machine alone, at one path, and to be read', async () => {
    await using broker = await startBroker({ port: 0, metrics: { port: 0 } });
    const { metricsAddress = '' } = broker;
    expect(metricsAddress).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/metrics$/);
    expect((await fetch(new URL('/', metricsAddress))).status).toBe(404);
    expect((await fetch(metricsAddress, { method: 'POST' })).status).toBe(405);
  });

  test('are not served unless asked for', async () => {
    await using broker = await startBroker({ port: 0 });
    expect(broker.metricsAddress).toBeUndefined();
  });

  test('end with the broker, whoever is connected to them', async () => {
    const broker = await startBroker({ port: 0, metrics: { port: 0 } });
    const { port } = new URL(broker.metricsAddress ?? '');
    const idle = connect({ host: '127.0.0.1', port: Number(port) });
    idle.on('error', () => {});
    await new Promise((done) => idle.once('connect', done));
    const closed = new Promise((done) => idle.once('close', done));
    await broker.stop();
    await closed;
  });

  test('that cannot be served leave nothing open', async () => {
    await using first = await startBroker({ port: 0 });
    const port = await freePort();
    await expect(startBroker({ port, metrics: { port: first.port } })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await using again = await startBroker({ port });
    expect(again.port).toBe(port);
  });
});

async function freePort(): Promise<number> {
  await using broker = await startBroker({ port: 0 });
  return broker.port;
}
