import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Message } from '../../reference/message.ts';
import { Receiver } from '../../reference/session/receiver.ts';
import { Sender } from '../../reference/session/sender.ts';
import { defaultSessionRules } from '../../reference/session/session-rules.ts';
import { numRuns } from './runs.ts';

type OnTheWire =
  | {
      readonly type: 'publish';
      readonly message: Message;
      readonly packetId: number;
      readonly dup: boolean;
      readonly qos: 1 | 2;
    }
  | { readonly type: 'puback' | 'pubrec' | 'pubrel' | 'pubcomp'; readonly packetId: number };

const message = (number: number): Message => ({
  topicName: 't',
  payload: Uint8Array.of(number),
  qos: 2,
  retain: false,
});

/** A sender and a receiver with a lossy connection between them, which loses all that is on its way when it breaks. */
class Pair {
  readonly delivered: number[] = [];
  readonly dupFirst: number[] = [];
  readonly #sender = new Sender({ rules: defaultSessionRules, window: 4, maxQueued: 1_000 });
  readonly #receiver = new Receiver(defaultSessionRules);
  #toReceiver: OnTheWire[] = [];
  #toSender: OnTheWire[] = [];
  readonly #sentOnce = new Set<number>();

  connect(): void {
    this.#sender.connect({
      publish: (one, { qos, packetId, dup }) => {
        const number = one.payload[0] ?? 0;
        if (dup && !this.#sentOnce.has(number)) this.dupFirst.push(number);
        this.#sentOnce.add(number);
        this.#toReceiver.push({ type: 'publish', message: one, packetId, dup, qos });
      },
      pubrel: (packetId) => this.#toReceiver.push({ type: 'pubrel', packetId }),
    });
  }

  breakOff(): void {
    this.#sender.disconnect();
    this.#toReceiver = [];
    this.#toSender = [];
  }

  send(number: number, qos: 1 | 2): void {
    this.#sender.send(message(number), { qos });
  }

  get idle(): boolean {
    return this.#toReceiver.length === 0 && this.#toSender.length === 0;
  }

  get pending(): number {
    return this.#sender.size;
  }

  stepReceiver(): void {
    const packet = this.#toReceiver.shift();
    if (packet?.type === 'publish') {
      if (packet.qos === 1) {
        this.delivered.push(packet.message.payload[0] ?? 0);
        this.#toSender.push({ type: 'puback', packetId: packet.packetId });
      } else this.#receiver.publish(packet.packetId, { message: packet.message, dup: packet.dup }, this.#port);
    } else if (packet?.type === 'pubrel') this.#receiver.pubrel(packet.packetId, this.#port);
  }

  stepSender(): void {
    const packet = this.#toSender.shift();
    if (packet?.type === 'puback') this.#sender.puback(packet.packetId);
    else if (packet?.type === 'pubrec') this.#sender.pubrec(packet.packetId);
    else if (packet?.type === 'pubcomp') this.#sender.pubcomp(packet.packetId);
  }

  readonly #port = {
    pubrec: (packetId: number) => void this.#toSender.push({ type: 'pubrec', packetId }),
    pubcomp: (packetId: number) => void this.#toSender.push({ type: 'pubcomp', packetId }),
    deliver: (one: Message) => void this.delivered.push(one.payload[0] ?? 0),
  };
}

const step = fc.constantFrom('send', 'receiver', 'receiver', 'sender', 'sender', 'break');

function play(steps: readonly string[], qos: 1 | 2): { delivered: number[]; sent: number; dupFirst: number[] } {
  const pair = new Pair();
  pair.connect();
  let sent = 0;
  for (const one of steps) {
    if (one === 'send' && sent < 200) pair.send(sent++, qos);
    else if (one === 'receiver') pair.stepReceiver();
    else if (one === 'sender') pair.stepSender();
    else if (one === 'break') {
      pair.breakOff();
      pair.connect();
    }
  }
  for (let turn = 0; turn < 5_000 && pair.pending > 0; turn++) {
    if (pair.idle) {
      pair.breakOff();
      pair.connect();
    }
    pair.stepReceiver();
    pair.stepSender();
  }
  return { delivered: pair.delivered, sent, dupFirst: pair.dupFirst };
}

const firsts = (delivered: readonly number[]): number[] => [...new Set(delivered)];

describe('a session, whatever is lost', () => {
  test('delivers exactly once and in order at QoS 2', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const { delivered, sent, dupFirst } = play(steps, 2);
        expect(delivered).toEqual(Array.from({ length: sent }, (_, i) => i));
        expect(dupFirst).toEqual([]);
      }),
      { numRuns },
    );
  });

  test('delivers at least once, first arrivals in order, at QoS 1', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const { delivered, sent } = play(steps, 1);
        expect(firsts(delivered)).toEqual(Array.from({ length: sent }, (_, i) => i));
      }),
      { numRuns },
    );
  });
});
