// Faults against sections 4.3 to 4.6 where the server sends: redelivery, identifiers, order; and against 4.1: stored sessions.
import type { Packet } from '../../reference/codec/packet.ts';
import { writing } from './bend.ts';
import { type Fault, fault } from './fault.ts';

const sending: readonly Fault[] = [
  fault(
    'resend-without-dup',
    { title: 'A redelivery has DUP 0', violates: ['MQTT-3.3.1-1'] },
    { rules: { session: { dupOfResend: () => false } } },
  ),
  fault(
    'nothing-resent',
    { title: 'Nothing is sent again when a session is resumed', violates: ['MQTT-4.4.0-1'] },
    { rules: { session: { resends: () => [] } } },
  ),
  fault(
    'pubrel-not-resent',
    { title: 'PUBREL is not sent again when a session is resumed', violates: ['MQTT-4.4.0-1', 'MQTT-4.3.3-1'] },
    { rules: { session: { resends: (inFlight) => inFlight.filter(({ state }) => state === 'awaiting-ack') } } },
  ),
  fault(
    'publish-not-resent',
    { title: 'PUBLISH is not sent again when a session is resumed', violates: ['MQTT-4.4.0-1'] },
    { rules: { session: { resends: (inFlight) => inFlight.filter(({ state }) => state === 'awaiting-pubcomp') } } },
  ),
  fault(
    'qos-1-not-resent',
    { title: 'Only QoS 2 is sent again when a session is resumed', violates: ['MQTT-4.4.0-1'] },
    { rules: { session: { resends: (inFlight) => inFlight.filter(({ qos }) => qos === 2) } } },
  ),
  fault(
    'qos-2-not-resent',
    { title: 'Only QoS 1 is sent again when a session is resumed', violates: ['MQTT-4.4.0-1'] },
    { rules: { session: { resends: (inFlight) => inFlight.filter(({ qos }) => qos === 1) } } },
  ),
  fault(
    'publish-after-pubrec',
    { title: 'After PUBREC the PUBLISH is sent again, not the PUBREL', violates: ['MQTT-4.3.3-1', 'MQTT-4.4.0-1'] },
    { rules: { session: { resends: (inFlight) => inFlight.map((entry) => ({ ...entry, state: 'awaiting-ack' })) } } },
  ),
  fault(
    'resent-in-reverse',
    { title: 'What is sent again comes in reverse order', violates: ['MQTT-4.6.0-1', 'MQTT-4.6.0-6'] },
    { rules: { session: { resends: (inFlight) => inFlight.toReversed() } } },
  ),
  fault(
    'qos-2-resent-first',
    {
      title: 'What is sent again comes sorted by identifier from high to low',
      violates: ['MQTT-4.6.0-1', 'MQTT-4.6.0-6'],
    },
    { rules: { session: { resends: (inFlight) => inFlight.toSorted((a, b) => b.packetId - a.packetId) } } },
  ),
  fault(
    'puback-ignored',
    { title: 'PUBACK is ignored: acknowledged messages are sent again', violates: ['MQTT-4.3.2-1', 'MQTT-4.4.0-1'] },
    { rules: { session: { acknowledges: (ack, entry) => ack !== 'puback' && entry !== undefined } } },
  ),
  fault(
    'pubcomp-ignored',
    { title: 'PUBCOMP is ignored: completed handshakes go on', violates: ['MQTT-4.3.3-1', 'MQTT-4.4.0-1'] },
    { rules: { session: { acknowledges: (ack, entry) => entry !== undefined && ack !== 'pubcomp' } } },
  ),
  fault(
    'no-pubrel',
    { title: 'PUBREC is not answered by PUBREL', violates: ['MQTT-4.3.3-1'] },
    writing('pubrel', () => []),
  ),
  fault(
    'released-by-pubrec',
    {
      title: 'PUBREC ends a handshake: the identifier is free at once',
      violates: ['MQTT-4.3.3-1', 'MQTT-2.3.1-4', 'MQTT-4.4.0-1'],
    },
    {
      rules: {
        session: {
          resends: (inFlight) => inFlight.filter(({ state }) => state === 'awaiting-ack'),
          nextPacketId: (last) => (last % 3) + 1,
        },
      },
    },
  ),
  fault(
    'beyond-window-lost',
    { title: 'Messages beyond 10 in flight are lost', violates: ['MQTT-4.5.0-1', 'MQTT-3.1.2-5'] },
    { maxInFlight: 10, maxQueuedMessages: 0 },
  ),
  fault(
    'queued-in-reverse',
    { title: 'Queued messages are sent in reverse order', violates: ['MQTT-4.6.0-6', 'MQTT-4.6.0-5'] },
    { rules: { session: { nextQueued: (queued) => queued - 1 } } },
  ),
  fault(
    'window-of-five-reordered',
    {
      title: 'Messages that wait for a place in the window overtake each other',
      violates: ['MQTT-4.6.0-6', 'MQTT-4.6.0-5'],
    },
    { maxInFlight: 5, rules: { session: { nextQueued: (queued) => (queued > 1 ? 1 : 0) } } },
  ),
  fault(
    'pubrels-in-pairs-swapped',
    { title: 'PUBRELs are sent in another order than the PUBRECs came', violates: ['MQTT-4.6.0-4'] },
    () => swappingPubrels(),
  ),
  fault(
    'queue-lost-on-takeover',
    {
      title: 'A session survives its takeover, but loses its queue',
      violates: ['MQTT-4.1.0-1', 'MQTT-3.1.4-3', 'MQTT-4.4.0-1', 'MQTT-3.1.2-4', 'MQTT-3.1.2-5'],
    },
    {
      rules: {
        connect: { forgetsWhenResumed: ({ sender }, { takenOver }) => takenOver && sender.clear({ inFlight: true }) },
      },
    },
  ),
  fault(
    'in-flight-lost',
    { title: 'Messages in flight are forgotten when the connection ends', violates: ['MQTT-4.1.0-1', 'MQTT-4.4.0-1'] },
    {
      rules: {
        session: { resends: () => [] },
        connect: { forgetsWhenResumed: ({ sender }) => sender.clear({ inFlight: true }) },
      },
    },
  ),
];

/** Once more than two QoS 2 messages are open, every second PUBREL goes ahead of the one before. */
function swappingPubrels() {
  let opened = 0;
  let held: Packet | undefined;
  return {
    parts: {
      outgoing: (packet: Packet): readonly Packet[] => {
        if (packet.type === 'publish' && packet.qos === 2) opened++;
        if (packet.type !== 'pubrel' || opened < 3) return [packet];
        const before = held;
        held = before === undefined ? packet : undefined;
        return before === undefined ? [] : [packet, before];
      },
    },
  };
}

const sessions: readonly Fault[] = [
  fault(
    'session-not-stored',
    { title: 'No session is stored for CleanSession 0', violates: ['MQTT-3.1.2-4', 'MQTT-4.1.0-1'] },
    { rules: { connect: { endsWithConnection: () => true } } },
  ),
  fault(
    'session-lost-when-cut',
    { title: 'A session is stored only after DISCONNECT', violates: ['MQTT-3.1.2-4', 'MQTT-4.1.0-1'] },
    {
      rules: { connect: { endsWithConnection: ({ cleanSession }, reason) => cleanSession || reason !== 'disconnect' } },
    },
  ),
  fault(
    'session-lost-on-disconnect',
    { title: 'DISCONNECT ends a session of CleanSession 0', violates: ['MQTT-3.1.2-4', 'MQTT-4.1.0-1'] },
    {
      rules: { connect: { endsWithConnection: ({ cleanSession }, reason) => cleanSession || reason === 'disconnect' } },
    },
  ),
  fault(
    'clean-session-resumes',
    { title: 'CleanSession 1 resumes the stored session', violates: ['MQTT-3.1.2-6'] },
    { rules: { connect: { resumesSession: () => true } } },
  ),
  fault(
    'clean-session-stays',
    { title: 'A session of CleanSession 1 stays after its connection', violates: ['MQTT-3.1.2-6'] },
    { rules: { connect: { endsWithConnection: () => false } } },
  ),
  fault(
    'subscriptions-forgotten',
    { title: 'Subscriptions are forgotten when a session is resumed', violates: ['MQTT-3.1.2-4', 'MQTT-4.1.0-1'] },
    { rules: { connect: { keepsSubscriptions: () => false } } },
  ),
  fault(
    'subscriptions-forgotten-on-takeover',
    {
      title: 'Subscriptions are forgotten when a connected client is taken over',
      violates: ['MQTT-4.1.0-1', 'MQTT-3.1.4-3', 'MQTT-3.1.2-4'],
    },
    { rules: { connect: { keepsSubscriptions: ({ takenOver }) => !takenOver } } },
  ),
];

export const sendingFaults: readonly Fault[] = [...sending, ...sessions];
