import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { clientFaults } from '../faults/clients/all.ts';
import { clientInvariants } from '../invariants/all.ts';
import { clientScenarios } from '../scenarios/client-all.ts';
import { catalogue } from '../spec/catalogue.ts';
import { BadAdapter } from '../wire/serve/adapter.ts';
import { chooseClientScenarios, runClient } from './client-run.ts';

const adapter = `'${process.execPath}' --import tsx '${join(import.meta.dirname, '../adapters/mqttspec.ts')}'`;
const scenarios = chooseClientScenarios(['client-puback-in-order', 'client-closes-after-disconnect']);

describe('a client on the bench', () => {
  test('passes where it follows the standard', async () => {
    const { run, scenarios: results } = await runClient({ adapter, scenarios, version: 'test' });
    expect(run.exitCode).toBe(0);
    expect(results.filter(({ id }) => scenarios.some((one) => one.id === id)).map(({ verdict }) => verdict)).toEqual([
      'pass',
      'pass',
    ]);
  });

  test('fails where it does not, and the right statement is blamed', async () => {
    const fault = clientFaults.find(({ name }) => name === 'pubacks-out-of-order');
    const report = await runClient({
      adapter,
      scenarios,
      version: 'test',
      repeatFailures: 0,
      ...(fault === undefined ? {} : { bend: fault.bend }),
    });
    expect(report.run.exitCode).toBe(1);
    expect(report.statements.filter(({ verdict }) => verdict === 'fail').map(({ id }) => id)).toEqual(['MQTT-4.6.0-2']);
  });

  test('has to speak the protocol of adapters', async () => {
    await expect(runClient({ adapter: 'echo no adapter', scenarios, version: 'test' })).rejects.toThrow(BadAdapter);
  });
});

describe('scenarios for clients', () => {
  test('are listed, file by file', () => {
    const files = readdirSync(join(import.meta.dirname, '../scenarios/client'));
    expect(files.sort()).toEqual(['connecting.ts', 'identifiers.ts', 'messages.ts', 'violations.ts', 'websocket.ts']);
    expect(new Set(clientScenarios.map(({ id }) => id)).size).toBe(clientScenarios.length);
  });

  test('judge every statement that only a client can break', () => {
    const cited = new Set<string>([...clientScenarios, ...clientInvariants].flatMap(({ cites }) => cites));
    const bound = catalogue.filter(
      ({ standard, actor, observable }) =>
        standard === '3.1.1' &&
        observable !== 'none' &&
        (observable === 'wire-client' || (actor === 'client' && observable !== 'wire')),
    );
    expect(bound.filter(({ id }) => !cited.has(id)).map(({ id }) => id)).toEqual([]);
    expect(bound.length).toBeGreaterThan(10);
  });
});
