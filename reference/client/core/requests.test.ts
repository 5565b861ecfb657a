import { describe, expect, test } from 'vitest';
import type { Packet } from '../../codec/packet.ts';
import type { PacketId } from '../../message.ts';
import { type Request, Requests } from './requests.ts';

/** Requests at a server that answers when the test says so, and who was answered. */
function asking() {
  const sent: PacketId[] = [];
  const answered: number[] = [];
  const held = new Set<PacketId>();
  let lastId = 0;
  const requests = new Requests({
    reserveId: () => {
      held.add(++lastId);
      return lastId;
    },
    releaseId: (packetId) => held.delete(packetId),
    send: (packet: Packet) => void sent.push(packet.type === 'subscribe' ? packet.packetId : 0),
  });
  const ask = (number: number): void => {
    const subscriptions: (Request & { type: 'subscribe' })['subscriptions'] = [{ topicFilter: `${number}`, qos: 0 }];
    requests.ask({ type: 'subscribe', subscriptions, answered: () => answered.push(number), failed: () => {} });
  };
  return { requests, sent, answered, held, ask };
}

describe('requests', () => {
  test('of any number hold few Packet Identifiers at a time, and are answered in their order', () => {
    const { requests, sent, answered, held, ask } = asking();
    requests.connected();
    let most = 0;
    for (let number = 0; number < 70_000; number++) ask(number);
    for (let packetId = 1; packetId <= 70_000; packetId++) {
      most = Math.max(most, held.size);
      expect(requests.suback(packetId, [0])).toBe(true);
    }
    expect(most).toBe(500);
    expect(sent).toHaveLength(70_000);
    expect(answered).toEqual(Array.from({ length: 70_000 }, (_, number) => number));
    expect(held.size).toBe(0);
  });

  test('are asked anew on a new connection, in their order, those that were not sent yet too', () => {
    const { requests, sent, answered, held, ask } = asking();
    requests.connected();
    for (let number = 0; number < 600; number++) ask(number);
    requests.disconnected();
    expect(held.size).toBe(0);
    requests.connected();
    for (let packetId = 501; packetId <= 1_100; packetId++) requests.suback(packetId, [0]);
    expect(sent).toHaveLength(1_100);
    expect(answered).toEqual(Array.from({ length: 600 }, (_, number) => number));
  });
});
