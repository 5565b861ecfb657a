// Faults against section 3.2: CONNACK.
import { reading, withByte, writing } from './bend.ts';
import { type Fault, fault } from './fault.ts';

export const connackFaults: readonly Fault[] = [
  fault(
    'takeover-leaves-both',
    { title: 'A second client with the same id leaves the older one connected', violates: ['MQTT-3.1.4-2'] },
    { rules: { connect: { evictsOlder: () => false } } },
  ),
  fault(
    'no-connack-for-stored-sessions',
    {
      title: 'A CONNECT with CleanSession 0 gets no CONNACK',
      violates: ['MQTT-3.1.4-4', 'MQTT-3.2.2-3', 'MQTT-3.1.4-3'],
    },
    () => {
      let cleanSession = true;
      const { parts } = reading((packet) => {
        if (packet.type === 'connect') cleanSession = packet.cleanSession;
        return packet;
      });
      // CONNACK is written in the same turn in which its CONNECT is read.
      return { parts: { ...parts, ...writing('connack', () => (cleanSession ? undefined : [])).parts } };
    },
  ),
  fault(
    'behind-refusal-served',
    { title: 'What follows a refused CONNECT is processed', violates: ['MQTT-3.1.4-5'] },
    { rules: { connect: { servesBehindRefusal: () => true } } },
  ),
  fault(
    'refusal-without-close',
    { title: 'The connection stays open behind a CONNACK that refuses', violates: ['MQTT-3.2.2-5'] },
    { rules: { connect: { closesAfterRefusal: () => false } } },
  ),
  fault(
    'queued-ahead-of-connack',
    { title: 'Queued messages are sent ahead of CONNACK', violates: ['MQTT-3.2.0-1'] },
    { rules: { connect: { connackComesFirst: () => false } } },
  ),
  fault(
    'session-present-for-clean',
    { title: 'Session Present is 1 for CleanSession 1 where a session was stored', violates: ['MQTT-3.2.2-1'] },
    { rules: { connect: { sessionPresent: (_connect, stored) => stored !== undefined } } },
  ),
  fault(
    'session-present-never',
    { title: 'Session Present is always 0', violates: ['MQTT-3.2.2-2'] },
    { rules: { connect: { sessionPresent: () => false } } },
  ),
  fault(
    'session-present-with-subscriptions',
    { title: 'Session Present is 1 only if the session has a subscription', violates: ['MQTT-3.2.2-2'] },
    {
      rules: {
        connect: {
          sessionPresent: ({ cleanSession }, stored) => !cleanSession && (stored?.subscriptions.size ?? 0) > 0,
        },
      },
    },
  ),
  fault(
    'session-present-always',
    { title: 'Session Present is 1 for every CleanSession 0', violates: ['MQTT-3.2.2-3'] },
    { rules: { connect: { sessionPresent: ({ cleanSession }) => !cleanSession } } },
  ),
  fault(
    'refusal-with-session-present',
    { title: 'A CONNACK that refuses has Session Present 1 where a session is stored', violates: ['MQTT-3.2.2-4'] },
    { rules: { connect: { sessionPresentOfRefusal: () => true } } },
  ),
  fault(
    'connack-code-of-mqtt-5',
    { title: 'A refusal has a return code of MQTT 5', violates: ['MQTT-3.2.2-6'] },
    writing('connack', ({ returnCode }) => (returnCode === 0 ? undefined : [Uint8Array.of(0x20, 2, 0, 0x85)])),
  ),
  fault(
    'connack-of-mqtt-5',
    { title: 'CONNACK has the shape of MQTT 5', violates: ['MQTT-3.1.4-4', 'MQTT-7.0.0-2'] },
    writing('connack', ({ returnCode, sessionPresent }) => [
      Uint8Array.of(0x20, 3, sessionPresent ? 1 : 0, returnCode, 0),
    ]),
  ),
  fault(
    'connack-reserved-bits',
    { title: 'CONNACK has a reserved bit of its flags set', violates: ['MQTT-2.2.2-1'] },
    writing('connack', (_packet, bytes) => [withByte(bytes, 2, (bytes[2] ?? 0) | 0x80)]),
  ),
  fault(
    'retained-upon-connect',
    {
      title: 'Retained messages are sent upon CONNECT',
      violates: ['MQTT-3.3.1-9'],
    },
    { rules: { connect: { sendsRetainedUponConnect: () => true } } },
  ),
];
