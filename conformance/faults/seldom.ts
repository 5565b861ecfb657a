// Faults that show only in what seldom happens: some identifiers, empty messages that are resent, wills to overlapping filters.
import type { BrokerOptions, Parts } from '../../reference/broker/index.ts';
import type { Packet } from '../../reference/codec/packet.ts';
import { reading, strict, writing } from './bend.ts';
import { type Fault, fault } from './fault.ts';

const unanswered: readonly Fault[] = [
  fault(
    'puback-kept-back-now-and-then',
    {
      title: 'The PUBACK of every identifier that is 3 more than a multiple of 8 is kept back',
      violates: ['MQTT-3.3.4-1'],
    },
    writing('puback', ({ packetId }) => (packetId % 8 === 3 ? [] : undefined)),
  ),
  fault(
    'pubcomp-kept-back-now-and-then',
    {
      title: 'The PUBCOMP of every identifier that is 3 more than a multiple of 8 is kept back',
      violates: ['MQTT-4.3.3-2'],
    },
    writing('pubcomp', ({ packetId }) => (packetId % 8 === 3 ? [] : undefined)),
  ),
  fault(
    'suback-kept-back-now-and-then',
    { title: 'The SUBACK of a client’s third SUBSCRIBE is kept back', violates: ['MQTT-3.8.4-1'] },
    writing('suback', ({ packetId }) => (packetId === 3 ? [] : undefined)),
  ),
  fault(
    'repeats-with-retain-unanswered',
    {
      title: 'A PUBLISH with both DUP 1 and RETAIN 1 is not acknowledged',
      violates: ['MQTT-3.3.4-1', 'MQTT-4.3.2-2', 'MQTT-4.3.3-2'],
    },
    reading((packet) => {
      if (packet.type !== 'publish' || packet.qos === 0 || !packet.dup || !packet.retain) return packet;
      const { packetId: _, ...rest } = packet;
      return { ...rest, qos: 0, dup: false };
    }),
  ),
];

/** Knows whether a message is a will: that is published without a packet before it. */
function ofWills(): { readonly isWill: () => boolean; readonly bent: Pick<BrokerOptions, 'rules' | 'parts'> } {
  let will = false;
  return {
    isWill: () => will,
    bent: {
      parts: {
        decode: (frame, level): Packet => {
          will = false;
          return strict(frame, level);
        },
      },
      rules: {
        will: {
          messageOf: ({ topicName, message, qos, retain }) => {
            will = true;
            return { topicName, payload: message, qos, retain };
          },
        },
      },
    },
  };
}

function lowestOfWills(): Pick<BrokerOptions, 'rules' | 'parts'> {
  const { isWill, bent } = ofWills();
  return {
    ...bent,
    rules: {
      ...bent.rules,
      publish: {
        matchesServed: (matches) => {
          const sorted = matches.toSorted((a, b) => a.granted - b.granted);
          return sorted.slice(isWill() ? 0 : -1).slice(0, 1);
        },
      },
    },
  };
}

/** Of what comes by a wildcard every second message is overtaken. */
function wildcardsOvertaken(): Pick<BrokerOptions, 'rules' | 'parts'> {
  let byWildcard = false;
  const held = new Map<string, Packet>();
  const parts: Partial<Parts> = {
    outgoing: (packet) => {
      if (packet.type !== 'publish') return [packet];
      const waiting = held.get(packet.topicName);
      held.delete(packet.topicName);
      if (waiting !== undefined) return [packet, waiting];
      if (!byWildcard) return [packet];
      held.set(packet.topicName, packet);
      return [];
    },
  };
  return {
    parts,
    rules: {
      publish: {
        matchesServed: (matches) => {
          byWildcard = matches.some(({ topicFilter = '' }) => /[+#]/.test(topicFilter));
          return matches.slice(0, 1);
        },
      },
    },
  };
}

const deliveries: readonly Fault[] = [
  fault(
    'empty-messages-not-resent',
    {
      title: 'An empty message that was not acknowledged is not sent again',
      violates: ['MQTT-4.4.0-1', 'MQTT-4.3.2-1', 'MQTT-4.3.3-1'],
    },
    writing('publish', ({ dup, payload }) => (dup && payload.length === 0 ? [] : undefined)),
  ),
  fault(
    'wills-at-the-lowest-of-overlapping-filters',
    { title: 'With overlapping filters a will comes at the lowest QoS', violates: ['MQTT-3.3.5-1'] },
    lowestOfWills,
  ),
  fault(
    'overtaken-by-wildcards-alone',
    { title: 'Messages overtake each other on their way to filters with wildcards', violates: ['MQTT-4.6.0-6'] },
    wildcardsOvertaken,
  ),
  fault(
    'nameless-clients-without-will',
    {
      title: 'The will of a client with an empty client id is forgotten',
      violates: ['MQTT-3.1.2-8', 'MQTT-3.1.3-6'],
    },
    reading((packet) => {
      if (packet.type !== 'connect' || packet.clientId !== '') return packet;
      const { will: _will, ...rest } = packet;
      return rest as typeof packet;
    }),
  ),
];

const acknowledgements: readonly string[] = ['puback', 'pubrec', 'pubrel', 'pubcomp'];

function retainedWillsStay(): Pick<BrokerOptions, 'rules'> {
  const ofWills = new WeakSet<Uint8Array>();
  return {
    rules: {
      will: {
        messageOf: ({ topicName, message, qos, retain }) => {
          ofWills.add(message);
          return { topicName, payload: message, qos, retain };
        },
      },
      publish: {
        retainedAfter: (message, before) => {
          if (!message.retain) return before;
          if (message.payload.length > 0) return message;
          return before !== undefined && ofWills.has(before.payload) ? before : undefined;
        },
      },
    },
  };
}

function emptyWhereNothingWas(): Pick<BrokerOptions, 'rules'> {
  let nothingWas = false;
  return {
    rules: {
      publish: {
        retainedAfter: (message, before) => {
          if (!message.retain) return before;
          nothingWas = before === undefined;
          return message.payload.length === 0 ? undefined : message;
        },
        delivers: ({ retain, payload }, cause) => !(cause === 'live' && retain && payload.length === 0 && nothingWas),
      },
    },
  };
}

/** Of messages with RETAIN 0 those have RETAIN 1 whose topic has a retained message. */
function retainWhereRetained(): Pick<BrokerOptions, 'rules'> {
  let isRetained = false;
  return {
    rules: {
      publish: {
        retainedAfter: (message, before) => {
          isRetained = !message.retain && before !== undefined;
          if (!message.retain) return before;
          return message.payload.length === 0 ? undefined : message;
        },
        retainOf: (cause) => cause === 'new subscription' || isRetained,
      },
    },
  };
}

/** What comes by a filter with a wildcard comes twice at QoS 0. */
function doubledByWildcards(): Pick<BrokerOptions, 'rules' | 'parts'> {
  let byWildcard = false;
  return {
    ...writing('publish', (packet) => (packet.qos === 0 && byWildcard ? [packet, packet] : undefined)),
    rules: {
      publish: {
        matchesServed: (matches) => {
          byWildcard = matches.some(({ topicFilter = '' }) => /[+#]/.test(topicFilter));
          return matches.slice(0, 1);
        },
      },
    },
  };
}

/** A session that has given a filter up once keeps it for good when it subscribes to it again. */
function givenUpOnce(): Pick<BrokerOptions, 'rules'> {
  const givenUp = new WeakMap<object, Set<string>>();
  return {
    rules: {
      subscribe: {
        filtersRemoved: (topicFilter, subscribed) => {
          if (!subscribed.has(topicFilter)) return [];
          const before = givenUp.get(subscribed) ?? new Set();
          givenUp.set(subscribed, before);
          if (before.has(topicFilter)) return [];
          before.add(topicFilter);
          return [topicFilter];
        },
      },
    },
  };
}

const others: readonly Fault[] = [
  fault(
    'given-up-only-once',
    { title: 'A filter that was given up, and subscribed to again, cannot be given up', violates: ['MQTT-3.10.4-1'] },
    givenUpOnce,
  ),
  fault(
    'retain-1-where-something-is-retained',
    {
      title: 'A message with RETAIN 0 comes with RETAIN 1 where its topic has a retained one',
      violates: ['MQTT-3.3.1-9'],
    },
    retainWhereRetained,
  ),
  fault(
    'qos-0-doubled-by-wildcards',
    { title: 'QoS 0 messages come twice by filters with a wildcard', violates: ['MQTT-4.3.1-1'] },
    doubledByWildcards,
  ),
  fault(
    'wildcards-keep-their-first-qos',
    { title: 'Subscribing again with a filter with a wildcard does not change its QoS', violates: ['MQTT-3.8.4-3'] },
    {
      rules: {
        subscribe: { replaces: (topicFilter, subscribed) => !/[+#]/.test(topicFilter) || !subscribed.has(topicFilter) },
      },
    },
  ),
  fault(
    'keep-alive-not-by-acknowledgements',
    { title: 'PUBACK, PUBREC, PUBREL and PUBCOMP do not reset Keep Alive', violates: ['MQTT-3.1.2-24'] },
    { rules: { connect: { resetsKeepAlive: (type) => !acknowledgements.includes(type) } } },
  ),
  fault(
    'retained-wills-not-erased',
    { title: 'An empty message with RETAIN 1 does not erase what a will has retained', violates: ['MQTT-3.3.1-10'] },
    retainedWillsStay,
  ),
  fault(
    'empty-retained-not-delivered-where-nothing-was',
    {
      title: 'An empty message with RETAIN 1 is delivered to nobody where nothing was retained',
      violates: ['MQTT-3.3.1-10', 'MQTT-4.5.0-1'],
    },
    emptyWhereNothingWas,
  ),
];

export const seldomFaults: readonly Fault[] = [...unanswered, ...deliveries, ...others];
