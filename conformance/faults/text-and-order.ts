// Faults against text, payloads and order: sections 1.5.3, 4.5, 4.6 and 4.7.
import type { BrokerOptions, Parts } from '../../reference/broker/index.ts';
import type { Packet, Publish } from '../../reference/codec/packet.ts';
import { reading } from './bend.ts';
import { type Fault, fault } from './fault.ts';
import { matching } from './naive-topics.ts';

/** Lets a message be overtaken by the next one on its topic. */
const overtaking = (which: (packet: Publish) => boolean) => (): { readonly parts: Partial<Parts> } => {
  const held = new Map<string, Packet>();
  return {
    parts: {
      outgoing: (packet) => {
        if (packet.type !== 'publish') return [packet];
        const waiting = held.get(packet.topicName);
        held.delete(packet.topicName);
        if (waiting !== undefined) return [packet, waiting];
        if (!which(packet)) return [packet];
        held.set(packet.topicName, packet);
        return [];
      },
    },
  };
};

const endsIn3 = ({ payload }: Publish): boolean => payload.length < 20 && payload.at(-1) === 0x33;

export const textAndOrderFaults: readonly Fault[] = [
  fault(
    'topics-beyond-ascii-mangled',
    {
      title: 'Characters beyond ASCII, and control characters, become question marks in Topic Names',
      violates: ['MQTT-4.7.3-4', 'MQTT-3.3.2-3', 'MQTT-3.3.2-1', 'MQTT-3.8.3-1'],
    },
    { rules: { publish: { topicNameOf: (topicName) => topicName.replace(/[^ -~]/gu, '?') } } },
  ),
  fault(
    'topics-cut-to-100-characters',
    { title: 'Topic Names are cut after 100 characters', violates: ['MQTT-4.7.3-4', 'MQTT-3.3.2-3'] },
    { rules: { publish: { topicNameOf: (topicName) => topicName.slice(0, 100) } } },
  ),
  fault(
    'dots-are-separators',
    { title: 'A "." in a Topic Name comes out as "/"', violates: ['MQTT-4.7.3-4', 'MQTT-3.3.2-3'] },
    { rules: { publish: { topicNameOf: (topicName) => topicName.replaceAll('.', '/') } } },
  ),
  fault(
    'backslashes-are-separators',
    { title: 'A "\\" in a Topic Name is taken for "/"', violates: ['MQTT-4.7.3-4', 'MQTT-3.3.2-3'] },
    { rules: { publish: { topicNameOf: (topicName) => topicName.replaceAll('\\', '/') } } },
  ),
  fault(
    'percent-encoding-resolved',
    { title: '"%20" in a Topic Name is taken for a blank', violates: ['MQTT-4.7.3-4', 'MQTT-3.3.2-3'] },
    { rules: { publish: { topicNameOf: (topicName) => topicName.replaceAll('%20', ' ') } } },
  ),
  fault(
    'slash-alone-is-no-topic',
    { title: 'What is published to "/" goes elsewhere', violates: ['MQTT-4.7.3-1', 'MQTT-4.7.1-3'] },
    reading((packet) =>
      packet.type === 'publish' && packet.topicName === '/' ? { ...packet, topicName: 'x' } : packet,
    ),
  ),
  fault(
    'payload-ends-at-nul',
    { title: 'Payloads end at the first zero byte', violates: ['MQTT-4.5.0-1'] },
    {
      rules: {
        publish: { payloadOf: (payload) => payload.subarray(0, payload.includes(0) ? payload.indexOf(0) : undefined) },
      },
    },
  ),
  fault(
    'every-third-message-overtaken',
    { title: 'Some messages are overtaken by the next one on their topic', violates: ['MQTT-4.6.0-6', 'MQTT-4.6.0-5'] },
    overtaking(endsIn3),
  ),
  fault(
    'qos-0-overtaken',
    { title: 'Some QoS 0 messages are overtaken by the next one on their topic', violates: ['MQTT-4.6.0-6'] },
    overtaking((packet) => packet.qos === 0 && endsIn3(packet)),
  ),
  fault(
    'large-messages-overtaken',
    { title: 'Messages of more than 100,000 bytes are overtaken by the next one', violates: ['MQTT-4.6.0-6'] },
    overtaking(({ payload }) => payload.length > 100_000),
  ),
  fault(
    'dollar-topics-distributed-to-wildcards',
    {
      title: 'Clients exchange messages on $-topics, and filters that begin with a wildcard match these',
      violates: ['MQTT-4.7.2-1'],
    },
    () => ({
      ...matching((right) => (topicFilter, topicName) => {
        const wild = /^[+#]/.test(topicFilter) && topicName.startsWith('$');
        return right(topicFilter, wild ? `x${topicName.slice(1)}` : topicName);
      })(),
      rules: { publish: { distributes: () => true } },
    }),
  ),
  fault(
    'sys-topics-with-control-characters',
    {
      title: 'Topics of $SYS have control characters',
      violates: ['SHOULD-NOT-1.5.3-a'],
      breaks: 'SHOULD',
    },
    {
      rules: {
        publish: { topicNameOf: (topicName) => (topicName.startsWith('$SYS') ? `${topicName}\u0001` : topicName) },
      },
    },
  ),
  fault('messages-for-everybody', { title: 'Every client gets every message', violates: ['MQTT-3.3.2-3'] }, everybody),
  fault(
    'subscriptions-fade-away',
    {
      title: 'Subscriptions are forgotten while their client is connected, after 15 others have come',
      violates: ['MQTT-4.1.0-2', 'MQTT-4.1.0-1'],
    },
    fading,
  ),
  fault(
    'qos-2-resent-before-qos-1',
    { title: 'All of QoS 2 is sent again before all of QoS 1', violates: ['MQTT-4.6.0-1'] },
    { rules: { session: { resends: (inFlight) => inFlight.toSorted((a, b) => b.qos - a.qos) } } },
  ),
  fault(
    'qos-1-resent-before-qos-2',
    { title: 'All of QoS 1 is sent again before all of QoS 2', violates: ['MQTT-4.6.0-1'] },
    { rules: { session: { resends: (inFlight) => inFlight.toSorted((a, b) => a.qos - b.qos) } } },
  ),
];

/** Delivers to all sessions that have ever subscribed, and to those that have connected. */
function everybody(): Pick<BrokerOptions, 'parts'> {
  const held = new Map<object, Parameters<ReturnType<Parts['subscriptions']>['add']>>();
  return {
    parts: {
      subscriptions: () => ({
        get size() {
          return held.size;
        },
        add: (...entry) => void held.set(entry[1], entry),
        remove: (_filter, key) => held.delete(key),
        match: (_topicName, visit) => {
          for (const [, key, value] of held.values()) visit(value, key);
        },
      }),
    },
  };
}

function fading(): Pick<BrokerOptions, 'parts' | 'rules'> {
  let connects = 0;
  const right = matching((matches) => matches)().parts.subscriptions;
  return {
    rules: {
      connect: {
        sessionPresent: ({ cleanSession, protocolLevel }, stored) => {
          connects++;
          return stored !== undefined && !cleanSession && protocolLevel === 4;
        },
      },
    },
    parts: {
      subscriptions: () => {
        const since = new WeakMap<object, number>();
        const held = right();
        return {
          get size() {
            return held.size;
          },
          add: (topicFilter, key, value) => {
            since.set(value, connects);
            held.add(topicFilter, key, value);
          },
          remove: (topicFilter, key) => held.remove(topicFilter, key),
          match: (topicName, visit) =>
            held.match(topicName, (value, key) => {
              if (connects - (since.get(value) ?? 0) < 15) visit(value, key);
            }),
        };
      },
    },
  };
}
