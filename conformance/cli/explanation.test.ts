import { expect, test } from 'vitest';
import { Style } from '../reporters/style.ts';
import { catalogue } from '../spec/catalogue.ts';
import { explain, Unexplained } from './explanation.ts';
import { deviationIn } from './known-deviations.ts';

const plain = new Style({ colours: false, unicode: true, columns: 80 });
const explained = (asked: string): string => explain(asked, plain).join('\n');

test('a statement is explained with its demand, its judges, the faults that prove them, and who breaks it', () => {
  const text = explained('MQTT-3.3.5-1');
  expect(text).toMatch(/^MQTT-3\.3\.5-1 {2}MUST\nMQTT 3\.1\.1, section 3\.3\.5/);
  expect(text).toContain('honours the highest QoS');
  expect(text).toMatch(/Scenarios that judge it\n.*- overlap-0-2-exact-first: /s);
  expect(text).toMatch(/Faulty brokers that prove them\n.*- first-match-decides-qos: /s);
  expect(text).toMatch(/Brokers known to break it\n.*- aedes \d/s);
});

test('of a disputed sentence both readings are told, and how to choose', () => {
  const text = explained('mqtt-3.14.1-1');
  expect(text).toContain('- either (taken by default): ');
  expect(text).toContain('--reading malformed-disconnect=will chooses the other.');
});

test('a statement that nobody judges says why', () => {
  expect(explained('MQTT-3.1.2-23')).toMatch(/Scenarios that judge it\n {2}none: binds clients/);
});

test.each(['MQTT-4.6', '4.6', 'mqtt-4.6.0-1'])('%s may be written so', (asked) => {
  expect(explained(asked)).toContain('MQTT-4.6.0-1');
});

test('a section tells all its statements, and none of another', () => {
  const ids = [...explained('3.3').matchAll(/^ {2}([A-Z]\S+)/gm)].map(([, id]) => id);
  const own = catalogue.filter(({ section }) => section === '3.3' || section.startsWith('3.3.'));
  expect(ids).toEqual(own.map(({ id }) => id));
});

test('a wrong number suggests near ones', () => {
  expect(() => explained('MQTT-3.3.5-9')).toThrow(Unexplained);
  expect(() => explained('MQTT-3.3.5-9')).toThrow(/did you mean MQTT-3\.3\.5-1, /);
  expect(() => explained('3.3.5-9')).toThrow(/did you mean MQTT-3\.3\.5-1, /);
  expect(() => explained('nonsense')).toThrow(/give a number such as/);
});

test('every statement can be explained, in lines of at most 80 columns', () => {
  for (const { id } of catalogue) {
    const lines = explain(id, plain);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  }
});

test('a page of notes tells the broker, the scenarios and the reason', () => {
  const page = [
    '# example 1.0: deviations from MQTT 3.1.1',
    '## MQTT-3.3.5-1',
    'Demanded: the highest QoS.',
    'Why we hold it against example: it was lower.',
    '- `overlap`: came lower',
    '## MQTT-3.3.5-10',
    '- `other`: x',
  ].join('\n');
  expect(deviationIn(page, 'MQTT-3.3.5-1')).toEqual([
    { broker: 'example 1.0', scenarios: ['overlap'], reason: 'it was lower.' },
  ]);
  expect(deviationIn(page, 'MQTT-4.1.0-1')).toEqual([]);
});
