import { expect, test } from 'vitest';
import { InFlightMessages } from './in-flight-messages.ts';
import type { InFlight } from './session-rules.ts';

const entry = (packetId: number, name: string): InFlight => ({
  packetId,
  message: { topicName: name, payload: new Uint8Array(0), qos: 1, retain: false },
  qos: 1,
  state: 'awaiting-ack',
  place: 0,
});

test('nothing is found where nothing is', () => {
  const messages = new InFlightMessages();
  for (const packetId of [0, 1, 16, 65_535]) expect(messages.get(packetId)).toBeUndefined();
  messages.delete(5);
  expect(messages.size).toBe(0);
});

test.each([1, 5, 20, 3_000])(
  '%i identifiers come and go as in a Map, which keeps the order of first sending',
  (ids) => {
    const messages = new InFlightMessages();
    const model = new Map<number, InFlight>();
    let state = 7;
    for (let step = 0; step < ids * 10 + 2_000; step++) {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
      // Identifiers that follow each other, and some that would meet in one slot.
      const packetId = 1 + ((state >> 8) % ids) * (state & 64 ? 1 : 21);
      if ((state & 7) < 4) {
        const one = entry(packetId, `${step}`);
        messages.set(one);
        model.set(packetId, one);
      } else {
        messages.delete(packetId);
        model.delete(packetId);
      }
      expect(messages.size).toBe(model.size);
      expect(messages.get(packetId)).toBe(model.get(packetId));
      if (step % 97 === 0) expect(messages.values()).toEqual([...model.values()]);
    }
    for (const packetId of model.keys()) expect(messages.has(packetId)).toBe(true);
    expect(messages.values()).toEqual([...model.values()]);
  },
);
