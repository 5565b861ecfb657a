import { describe, expect, test } from 'vitest';
import type { Message } from '../message.ts';
import { Receiver, type ReceiverPort } from './receiver.ts';
import { defaultSessionRules } from './session-rules.ts';

const message = (text: string): Message => ({
  topicName: 't',
  payload: new TextEncoder().encode(text),
  qos: 2,
  retain: false,
});

function recordingReceiver() {
  const log: string[] = [];
  const port: ReceiverPort = {
    pubrec: (packetId) => void log.push(`pubrec ${packetId}`),
    pubcomp: (packetId) => void log.push(`pubcomp ${packetId}`),
    deliver: ({ payload }) => void log.push(`deliver ${new TextDecoder().decode(payload)}`),
  };
  const receiver = new Receiver(defaultSessionRules);
  const publish = (packetId: number, text: string, { dup = false } = {}): void =>
    receiver.publish(packetId, { message: message(text), dup }, port);
  return { log, publish, pubrel: (packetId: number) => receiver.pubrel(packetId, port) };
}

describe('the receiver of QoS 2', () => {
  test('delivers, then acknowledges', () => {
    const { log, publish, pubrel } = recordingReceiver();
    publish(9, 'once');
    pubrel(9);
    expect(log).toEqual(['deliver once', 'pubrec 9', 'pubcomp 9']);
  });

  test('acknowledges a repeated PUBLISH again and delivers it once', () => {
    const { log, publish } = recordingReceiver();
    publish(9, 'once');
    publish(9, 'once', { dup: true });
    expect(log).toEqual(['deliver once', 'pubrec 9', 'pubrec 9']);
  });

  test('takes DUP for no proof: what it has never seen is new', () => {
    const { log, publish } = recordingReceiver();
    publish(9, 'first seen', { dup: true });
    expect(log).toEqual(['deliver first seen', 'pubrec 9']);
  });

  test('takes an identifier for a new message once PUBREL has come', () => {
    const { log, publish, pubrel } = recordingReceiver();
    publish(9, 'one');
    pubrel(9);
    publish(9, 'two');
    expect(log).toEqual(['deliver one', 'pubrec 9', 'pubcomp 9', 'deliver two', 'pubrec 9']);
  });

  test('answers a PUBREL that it knows nothing of', () => {
    const { log, pubrel } = recordingReceiver();
    pubrel(77);
    pubrel(77);
    expect(log).toEqual(['pubcomp 77', 'pubcomp 77']);
  });

  test('keeps identifiers apart', () => {
    const { log, publish, pubrel } = recordingReceiver();
    publish(1, 'a');
    publish(2, 'b');
    pubrel(1);
    publish(2, 'b', { dup: true });
    expect(log).toEqual(['deliver a', 'pubrec 1', 'deliver b', 'pubrec 2', 'pubcomp 1', 'pubrec 2']);
  });
});
