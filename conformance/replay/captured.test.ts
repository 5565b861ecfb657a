import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { inspect } from '../../reference/codec/inspect.ts';
import type { Packet } from '../../reference/codec/packet.ts';
import { capturedFixtures } from './captured.ts';
import { writeFixture } from './write-fixture.ts';

const captured = capturedFixtures();

const packets: Packet[] = captured.flatMap(({ fixture }) =>
  fixture.events.flatMap((event) => {
    const { packet } = event.kind === 'bytes' ? inspect(event.bytes) : {};
    return packet === undefined ? [] : [packet];
  }),
);

describe('the captured conversations', () => {
  test('are at least sixty, of at least six implementations', () => {
    expect(captured.length).toBeGreaterThanOrEqual(60);
    expect(new Set(captured.map(({ name }) => name.split('/')[0])).size).toBeGreaterThanOrEqual(6);
  });

  test.each(captured)('$name says what produced it and how to capture it again', ({ name, fixture }) => {
    const { client, broker, recorder, capture } = fixture.head;
    expect([client, broker, recorder, capture].every((values) => values?.length === 1)).toBe(true);
    expect(client?.[0]).toMatch(/\d\.\d/);
    expect(broker?.[0]).toMatch(/\d\.\d/);
    expect(capture).toEqual([`npm run capture -- ${name}`]);
  });

  test.each(captured)('$name stands in the file as it would be written', ({ name, fixture }) => {
    const text = readFileSync(new URL(`../../fixtures/captured/${name}.txt`, import.meta.url), 'utf8');
    expect(writeFixture(fixture)).toBe(text);
    expect(text).not.toMatch(/\/(tmp|home|root|Users)\//);
  });

  test('hold no password', () => {
    const passwords = packets.flatMap((packet) =>
      packet.type === 'connect' ? [packet.password ?? new Uint8Array()] : [],
    );
    expect(passwords.some((password) => password.length > 0)).toBe(true);
    expect(passwords.flatMap((password) => [...password]).every((byte) => byte === 0x2a)).toBe(true);
  });

  test('hold every packet type, both levels, all QoS, wills, retained messages, sessions and refusals', () => {
    const has = (wanted: (packet: Packet) => boolean): boolean => packets.some(wanted);
    expect(new Set(packets.map(({ type }) => type)).size).toBe(14);
    for (const level of [3, 4])
      expect(has((packet) => packet.type === 'connect' && packet.protocolLevel === level)).toBe(true);
    for (const qos of [0, 1, 2]) expect(has((packet) => packet.type === 'publish' && packet.qos === qos)).toBe(true);
    expect(has((packet) => packet.type === 'connect' && packet.will?.retain === true)).toBe(true);
    expect(has((packet) => packet.type === 'publish' && packet.retain)).toBe(true);
    expect(has((packet) => packet.type === 'connack' && packet.sessionPresent)).toBe(true);
    for (const code of [4, 5])
      expect(has((packet) => packet.type === 'connack' && packet.returnCode === code)).toBe(true);
  });
});
