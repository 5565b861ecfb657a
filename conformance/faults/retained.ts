// Faults against section 3.3.1.3: retained messages.
import type { Message } from '../../reference/message.ts';
import { RetainedTree } from '../../reference/topics/retained-tree.ts';
import { type Fault, fault } from './fault.ts';

const wiping = () => {
  const kept = new RetainedTree<Message>();
  const topicNames = new Set<string>();
  const wipe = (): void => {
    for (const topicName of topicNames) if (!topicName.startsWith('$')) kept.delete(topicName);
  };
  const retained = {
    get size() {
      return kept.size;
    },
    set: (topicName: string, message: Message) => {
      topicNames.add(topicName);
      kept.set(topicName, message);
    },
    delete: (topicName: string) => kept.delete(topicName),
    match: (topicFilter: string, visit: (message: Message) => void) => kept.match(topicFilter, visit),
  };
  return { parts: { retained: () => retained }, events: { disconnected: wipe } };
};

export const retainedFaults: readonly Fault[] = [
  fault(
    'retained-ends-with-session',
    { title: 'Retained messages go when a client disconnects', violates: ['MQTT-3.1.2-7', 'MQTT-3.3.1-5'] },
    wiping,
  ),
  fault(
    'nothing-retained',
    { title: 'RETAIN is ignored', violates: ['MQTT-3.3.1-5'] },
    { rules: { publish: { retainedAfter: () => undefined } } },
  ),
  fault(
    'qos-2-not-retained',
    { title: 'QoS 2 messages are not retained', violates: ['MQTT-3.3.1-5'] },
    {
      rules: {
        publish: {
          retainedAfter: (message, before) =>
            !message.retain || message.qos === 2 ? before : message.payload.length === 0 ? undefined : message,
        },
      },
    },
  ),
  fault(
    'retained-without-qos',
    { title: 'Retained messages are stored at QoS 0', violates: ['MQTT-3.3.1-5'] },
    {
      rules: {
        publish: {
          retainedAfter: (message, before) =>
            !message.retain ? before : message.payload.length === 0 ? undefined : { ...message, qos: 0 },
        },
      },
    },
  ),
  fault(
    'retained-alike-at-its-first-qos',
    {
      title: 'A retained message with the payload of the one before leaves that where it is, with its QoS',
      violates: ['MQTT-3.3.1-5', 'MQTT-3.3.1-7'],
    },
    {
      rules: {
        publish: {
          retainedAfter: (message, before) => {
            if (!message.retain) return before;
            if (before !== undefined && Buffer.compare(before.payload, message.payload) === 0) return before;
            return message.payload.length === 0 ? undefined : message;
          },
        },
      },
    },
  ),
  fault(
    'first-retained-wins',
    {
      title: 'A retained message does not replace the one before',
      violates: ['MQTT-3.3.1-6', 'MQTT-3.3.1-5', 'MQTT-3.3.1-7'],
    },
    {
      rules: {
        publish: {
          retainedAfter: (message, before) =>
            !message.retain ? before : message.payload.length === 0 ? undefined : (before ?? message),
        },
      },
    },
  ),
  fault(
    'qos-0-does-not-replace',
    { title: 'A retained QoS 0 message does not push out the older one', violates: ['MQTT-3.3.1-7'] },
    {
      rules: {
        publish: {
          retainedAfter: (message, before) =>
            !message.retain || (message.qos === 0 && message.payload.length > 0)
              ? before
              : message.payload.length === 0
                ? undefined
                : message,
        },
      },
    },
  ),
  fault(
    'one-retained-message',
    { title: 'A new subscription gets only one of the retained messages that match', violates: ['MQTT-3.3.1-6'] },
    { rules: { subscribe: { retainedServed: (messages) => messages.slice(0, 1) } } },
  ),
  fault(
    'retained-at-publisher-qos',
    { title: 'Retained messages are delivered at the QoS of the publisher', violates: ['MQTT-3.8.4-6'] },
    () => ({ rules: { publish: retainedAtPublisherQos() } }),
  ),
  fault(
    'retained-without-flag',
    { title: 'Retained messages are delivered to new subscriptions with RETAIN 0', violates: ['MQTT-3.3.1-8'] },
    { rules: { publish: { retainOf: () => false } } },
  ),
  fault(
    'live-with-flag',
    { title: 'RETAIN of the publisher is passed on to subscriptions that were there', violates: ['MQTT-3.3.1-9'] },
    { rules: { publish: { retainOf: (cause, message) => cause === 'new subscription' || message.retain } } },
  ),
  fault(
    'empty-retained-does-not-erase',
    { title: 'An empty retained message does not erase the one before', violates: ['MQTT-3.3.1-10'] },
    {
      rules: {
        publish: {
          retainedAfter: (message, before) => (message.retain && message.payload.length > 0 ? message : before),
        },
      },
    },
  ),
  fault(
    'empty-retained-not-forwarded',
    { title: 'An empty retained message is not delivered to subscribers', violates: ['MQTT-3.3.1-10'] },
    {
      rules: {
        publish: { delivers: ({ retain, payload }, cause) => cause !== 'live' || !retain || payload.length > 0 },
      },
    },
  ),
  fault(
    'empty-retained-stored',
    { title: 'An empty retained message is stored', violates: ['MQTT-3.3.1-11', 'MQTT-3.3.1-10'] },
    { rules: { publish: { retainedAfter: (message, before) => (message.retain ? message : before) } } },
  ),
  fault(
    'unretained-replaces',
    { title: 'A message with RETAIN 0 replaces the retained one', violates: ['MQTT-3.3.1-12'] },
    {
      rules: {
        publish: {
          retainedAfter: (message, before) =>
            message.retain
              ? message.payload.length === 0
                ? undefined
                : message
              : before === undefined
                ? undefined
                : message,
        },
      },
    },
  ),
  fault(
    'unretained-erases',
    { title: 'A message with RETAIN 0 erases the retained one', violates: ['MQTT-3.3.1-12'] },
    {
      rules: {
        publish: { retainedAfter: (message) => (message.retain && message.payload.length > 0 ? message : undefined) },
      },
    },
  ),
  fault(
    'unretained-stored',
    { title: 'A message with RETAIN 0 is stored', violates: ['MQTT-3.3.1-12'] },
    { rules: { publish: { retainedAfter: (message) => (message.payload.length > 0 ? message : undefined) } } },
  ),
  fault(
    'empty-unretained-erases',
    { title: 'An empty message with RETAIN 0 erases the retained one', violates: ['MQTT-3.3.1-12'] },
    {
      rules: {
        publish: {
          retainedAfter: (message, before) =>
            message.payload.length === 0 ? undefined : message.retain ? message : before,
        },
      },
    },
  ),
];

/** `delivers` is asked first and tells the cause; `qosOf` then knows whose message it is. */
function retainedAtPublisherQos() {
  let cause = 'live';
  return {
    delivers: (_message: Message, why: string) => {
      cause = why;
      return true;
    },
    qosOf: (published: 0 | 1 | 2, granted: 0 | 1 | 2): 0 | 1 | 2 =>
      cause === 'new subscription' || published < granted ? published : granted,
  };
}
