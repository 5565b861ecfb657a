// Faults against sections 3.8 to 3.14: SUBSCRIBE, UNSUBSCRIBE, PINGREQ, DISCONNECT.
import { isType, reframed, repairing, withByte, writing } from './bend.ts';
import { type Fault, fault } from './fault.ts';
import { matching } from './naive-topics.ts';

const subscribing: readonly Fault[] = [
  fault(
    'empty-subscribe-answered',
    { title: 'SUBSCRIBE without a Topic Filter is answered by an empty SUBACK', violates: ['MQTT-3.8.3-3'] },
    answeringEmpty('subscribe'),
  ),
  fault(
    'reserved-qos-bits-ignored',
    { title: 'Reserved bits of a Requested QoS are ignored', violates: ['MQTT-3.8.3-4'] },
    repairing((frame, { statement, offset }) =>
      statement === 'MQTT-3.8.3-4' && ((frame[offset] ?? 0) & 3) !== 3
        ? withByte(frame, offset, (frame[offset] ?? 0) & 3)
        : undefined,
    ),
  ),
  fault(
    'requested-qos-3-granted',
    { title: 'A Requested QoS of 3 is granted as 2', violates: ['MQTT-3.8.3-4'] },
    repairing((frame, { statement, offset }) =>
      statement === 'MQTT-3.8.3-4' && (frame[offset] ?? 0) === 3 ? withByte(frame, offset, 2) : undefined,
    ),
  ),
  fault(
    'no-suback',
    { title: 'SUBSCRIBE is not answered', violates: ['MQTT-3.8.4-1'] },
    writing('suback', () => []),
  ),
  fault(
    'resubscribing-keeps-qos',
    { title: 'Subscribing again with the same filter changes nothing', violates: ['MQTT-3.8.4-3'] },
    { rules: { subscribe: { replaces: (filter, subscribed) => !subscribed.has(filter) } } },
  ),
  fault(
    'resubscribing-without-retained',
    { title: 'Subscribing again does not send retained messages again', violates: ['MQTT-3.8.4-3'] },
    { rules: { subscribe: { sendsRetained: (filter, subscribed) => !subscribed.has(filter) } } },
  ),
  fault(
    'no-retained-for-subscriptions',
    { title: 'New subscriptions get no retained messages', violates: ['MQTT-3.3.1-6', 'MQTT-3.3.1-5'] },
    { rules: { subscribe: { sendsRetained: () => false } } },
  ),
  fault(
    'only-first-filter',
    {
      title: 'Of several filters in a SUBSCRIBE only the first is honoured',
      violates: ['MQTT-3.8.4-4', 'MQTT-3.8.4-5'],
    },
    { rules: { subscribe: { subscriptionsServed: (subscriptions) => subscriptions.slice(0, 1) } } },
  ),
  fault(
    'repeated-filters-merged',
    {
      title: 'Equal filters in a SUBSCRIBE are merged: SUBACK has too few codes',
      violates: ['MQTT-3.8.4-4', 'MQTT-3.8.4-5'],
    },
    {
      rules: {
        subscribe: {
          subscriptionsServed: (subscriptions) => [
            ...new Map(subscriptions.map((one) => [one.topicFilter, one])).values(),
          ],
        },
      },
    },
  ),
  fault(
    'one-return-code',
    { title: 'SUBACK has one return code for all filters', violates: ['MQTT-3.8.4-5', 'MQTT-3.8.4-4'] },
    { rules: { subscribe: { returnCodes: (codes) => codes.slice(0, 1) } } },
  ),
  fault(
    'return-codes-reversed',
    { title: 'SUBACK has its return codes in reverse order', violates: ['MQTT-3.9.3-1'] },
    { rules: { subscribe: { returnCodes: (codes) => codes.toReversed() } } },
  ),
  fault(
    'return-codes-sorted',
    { title: 'SUBACK has its return codes sorted', violates: ['MQTT-3.9.3-1'] },
    { rules: { subscribe: { returnCodes: (codes) => codes.toSorted() } } },
  ),
  fault(
    'suback-code-3',
    { title: 'SUBACK grants QoS 2 with the code 0x03', violates: ['MQTT-3.9.3-2'] },
    writing('suback', ({ returnCodes }, bytes) =>
      returnCodes.includes(2) ? [bytes.map((byte, at) => (at >= 4 && byte === 2 ? 3 : byte))] : undefined,
    ),
  ),
  fault(
    'suback-code-of-mqtt-5',
    { title: 'SUBACK refuses with a code of MQTT 5', violates: ['MQTT-3.9.3-2'] },
    {
      rules: { subscribe: { reactionToTopicFilter: () => 'refuse' } },
      ...writing('suback', (_packet, bytes) => [bytes.map((byte, at) => (at >= 4 && byte === 0x80 ? 0x8f : byte))]),
    },
  ),
  fault(
    'granted-but-at-qos-0',
    { title: 'QoS 1 and 2 are granted, delivered is QoS 0', violates: ['MQTT-3.8.4-6', 'MQTT-3.8.4-5'] },
    { rules: { publish: { qosOf: () => 0 } } },
  ),
  fault(
    'wildcards-granted-not-served',
    { title: 'Filters with wildcards are granted and never match', violates: ['MQTT-3.8.3-2'] },
    matching((right) => (topicFilter, topicName) => !/[+#]/.test(topicFilter) && right(topicFilter, topicName)),
  ),
  fault(
    'duplicates-per-subscription',
    {
      title: 'Two copies of every QoS 2 message are delivered',
      violates: ['MQTT-4.3.3-1', 'MQTT-4.3.3-2', 'MQTT-3.8.4-6', 'MQTT-3.8.4-3'],
    },
    { rules: { publish: { matchesServed: (matches) => [...matches, ...matches] } } },
  ),
];

const unsubscribing: readonly Fault[] = [
  fault(
    'empty-unsubscribe-answered',
    { title: 'UNSUBSCRIBE without a Topic Filter is answered', violates: ['MQTT-3.10.3-2'] },
    answeringEmpty('unsubscribe'),
  ),
  fault(
    'unsubscribe-by-matching',
    { title: 'UNSUBSCRIBE with a wildcard deletes the subscriptions that it matches', violates: ['MQTT-3.10.4-1'] },
    {
      rules: {
        subscribe: {
          filtersRemoved: (topicFilter, subscribed) =>
            [...subscribed.keys()].filter(
              (filter) =>
                filter === topicFilter || (topicFilter.endsWith('#') && filter.startsWith(topicFilter.slice(0, -1))),
            ),
        },
      },
    },
  ),
  fault(
    'unsubscribe-without-case',
    { title: 'UNSUBSCRIBE compares filters without regard to case', violates: ['MQTT-3.10.4-1'] },
    {
      rules: {
        subscribe: {
          filtersRemoved: (topicFilter, subscribed) =>
            [...subscribed.keys()].filter((filter) => filter.toLowerCase() === topicFilter.toLowerCase()),
        },
      },
    },
  ),
  fault(
    'unsubscribe-all',
    { title: 'UNSUBSCRIBE deletes all subscriptions of the client', violates: ['MQTT-3.10.4-1', 'MQTT-3.10.4-6'] },
    { rules: { subscribe: { filtersRemoved: (_topicFilter, subscribed) => [...subscribed.keys()] } } },
  ),
  fault(
    'unsubscribe-without-effect',
    { title: 'UNSUBSCRIBE is acknowledged and deletes nothing', violates: ['MQTT-3.10.4-2', 'MQTT-3.10.4-1'] },
    { rules: { subscribe: { filtersRemoved: () => [] } } },
  ),
  fault(
    'unsubscribe-drops-in-flight',
    { title: 'UNSUBSCRIBE gives up deliveries that have begun', violates: ['MQTT-3.10.4-3'] },
    { rules: { subscribe: { dropsInFlightOnUnsubscribe: () => true } } },
  ),
  fault(
    'no-unsuback',
    { title: 'UNSUBSCRIBE is not answered', violates: ['MQTT-3.10.4-4'] },
    writing('unsuback', () => []),
  ),
  fault(
    'no-unsuback-without-deletion',
    { title: 'UNSUBSCRIBE is answered only where something was deleted', violates: ['MQTT-3.10.4-5'] },
    { rules: { subscribe: { acknowledgesUnsubscribe: (deleted) => deleted > 0 } } },
  ),
  fault(
    'only-first-unsubscribed',
    { title: 'Of several filters in an UNSUBSCRIBE only the first is honoured', violates: ['MQTT-3.10.4-6'] },
    { rules: { subscribe: { filtersServed: (topicFilters) => topicFilters.slice(0, 1) } } },
  ),
  fault(
    'only-last-unsubscribed',
    { title: 'Of several filters in an UNSUBSCRIBE only the last is honoured', violates: ['MQTT-3.10.4-6'] },
    { rules: { subscribe: { filtersServed: (topicFilters) => topicFilters.slice(-1) } } },
  ),
];

/** SUBSCRIBE or UNSUBSCRIBE without a filter becomes one with a filter of nobody's; the SUBACK is written empty. */
function answeringEmpty(type: 'subscribe' | 'unsubscribe') {
  const statement = type === 'subscribe' ? 'MQTT-3.8.3-3' : 'MQTT-3.10.3-2';
  const filter = type === 'subscribe' ? [0, 1, 0x5e, 0] : [0, 1, 0x5e];
  return repairing((frame, error) => {
    if (!isType(frame, type) || error.statement !== statement || frame.length !== 4) return undefined;
    return reframed(frame[0] ?? 0, Buffer.concat([frame.subarray(2), Uint8Array.from(filter)]));
  });
}

const others: readonly Fault[] = [
  fault(
    'no-pingresp',
    { title: 'PINGREQ is not answered', violates: ['MQTT-3.12.4-1'] },
    writing('pingresp', () => []),
  ),
  fault(
    'pingresp-every-second-time',
    { title: 'Every second PINGREQ is not answered', violates: ['MQTT-3.12.4-1'] },
    () => {
      let count = 0;
      return writing('pingresp', (packet) => (count++ % 2 === 0 ? [packet] : []));
    },
  ),
  fault(
    'open-behind-disconnect',
    {
      title: 'The connection stays open behind DISCONNECT, and is served',
      violates: ['SHOULD-3.14.4-a'],
      breaks: 'SHOULD',
    },
    { rules: { subscribe: { closesAfterDisconnect: () => false } } },
  ),
  fault(
    'dollar-topics-exchanged',
    { title: 'Clients exchange messages on `$`-topics', violates: ['SHOULD-4.7.2-a'], breaks: 'SHOULD' },
    { rules: { publish: { distributes: () => true } } },
  ),
];

export const subscribeFaults: readonly Fault[] = [...subscribing, ...unsubscribing, ...others];
