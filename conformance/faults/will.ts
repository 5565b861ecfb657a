// Faults against section 3.1.2.5: the Will Message.
import { willRules } from '../../reference/broker/core/rules/will.ts';
import { type Fault, fault } from './fault.ts';

/** Ends upon which one will becomes two. */
const publishedTwice: readonly Fault[] = (
  [
    ['takeover', 'taken over'],
    ['violation', 'protocol violation'],
    ['malformed', 'malformed packet'],
    ['cut', 'peer closed'],
    ['silence', 'keep-alive expired'],
  ] as const
).map(([name, end]) =>
  fault(
    `will-twice-upon-${name}`,
    { title: `A will that is due by the end “${end}” is published twice`, violates: ['MQTT-3.1.2-10', 'MQTT-3.1.2-8'] },
    () => {
      let times = 1;
      return {
        rules: {
          will: {
            isDue: (reason) => {
              times = reason === end ? 2 : 1;
              return willRules.isDue(reason);
            },
            timesPublished: () => times,
          },
        },
      };
    },
  ),
);

export const willFaults: readonly Fault[] = [
  fault(
    'will-never',
    { title: 'The will is never published', violates: ['MQTT-3.1.2-8'] },
    { rules: { will: { isDue: () => false } } },
  ),
  fault(
    'will-not-on-takeover',
    { title: 'No will is published when a client is taken over', violates: ['MQTT-3.1.2-8'] },
    { rules: { will: { isDue: (reason) => reason !== 'disconnect' && reason !== 'taken over' } } },
  ),
  fault(
    'will-not-on-violation',
    { title: 'No will is published after a protocol violation', violates: ['MQTT-3.1.2-8'] },
    { rules: { will: { isDue: (reason) => reason !== 'disconnect' && reason !== 'protocol violation' } } },
  ),
  fault(
    'will-not-on-malformed',
    { title: 'No will is published after a malformed packet', violates: ['MQTT-3.1.2-8'] },
    { rules: { will: { isDue: (reason) => reason !== 'disconnect' && reason !== 'malformed packet' } } },
  ),
  fault(
    'will-not-on-cut',
    { title: 'No will is published when the connection is cut', violates: ['MQTT-3.1.2-8'] },
    { rules: { will: { isDue: (reason) => reason !== 'disconnect' && reason !== 'peer closed' } } },
  ),
  fault(
    'will-on-disconnect',
    { title: 'The will is published on a clean DISCONNECT', violates: ['MQTT-3.14.4-3', 'MQTT-3.1.2-10'] },
    { rules: { will: { isDue: () => true } } },
  ),
  fault(
    'will-on-disconnect-when-resumed',
    {
      title: 'The will of a client that has resumed its session is published on a clean DISCONNECT',
      violates: ['MQTT-3.14.4-3', 'MQTT-3.1.2-10'],
    },
    () => {
      const ofResumed = new WeakSet<object>();
      let resumed = false;
      let isClean = false;
      return {
        rules: {
          connect: {
            forgetsWhenResumed: () => {
              resumed = true;
            },
          },
          will: {
            willOf: (own) => {
              if (own !== undefined && resumed) ofResumed.add(own);
              resumed = false;
              return own;
            },
            isDue: (reason) => {
              isClean = reason === 'disconnect';
              return true;
            },
            messageOf: (will) =>
              isClean && !ofResumed.has(will)
                ? { topicName: 'nowhere', payload: new Uint8Array(0), qos: 0, retain: false }
                : willRules.messageOf(will),
          },
        },
      };
    },
  ),
  ...publishedTwice,
  fault(
    'will-twice',
    { title: 'The will is published twice', violates: ['MQTT-3.1.2-10', 'MQTT-3.1.2-8'] },
    { rules: { will: { timesPublished: () => 2 } } },
  ),
  fault(
    'will-of-connection-before',
    {
      title: 'A connection without Will Flag has the will of the connection before',
      violates: ['MQTT-3.1.2-12', 'MQTT-3.1.2-10'],
    },
    { rules: { will: { willOf: (own, before) => own ?? before } } },
  ),
  fault(
    'will-always-retained',
    { title: 'Every will is published as a retained message', violates: ['MQTT-3.1.2-16'] },
    {
      rules: {
        will: { messageOf: ({ topicName, message, qos }) => ({ topicName, payload: message, qos, retain: true }) },
      },
    },
  ),
  fault(
    'will-never-retained',
    { title: 'No will is published as a retained message', violates: ['MQTT-3.1.2-17'] },
    {
      rules: {
        will: { messageOf: ({ topicName, message, qos }) => ({ topicName, payload: message, qos, retain: false }) },
      },
    },
  ),
  fault(
    'will-at-qos-0',
    { title: 'Every will is published at QoS 0', violates: ['MQTT-3.1.2-9', 'MQTT-3.1.2-14', 'MQTT-3.1.2-8'] },
    {
      rules: {
        will: { messageOf: ({ topicName, message, retain }) => ({ topicName, payload: message, qos: 0, retain }) },
      },
    },
  ),
  fault(
    'will-with-length',
    { title: 'The will message is published with its length bytes', violates: ['MQTT-3.1.3-1', 'MQTT-3.1.2-8'] },
    {
      rules: {
        will: {
          messageOf: ({ topicName, message, qos, retain }) => ({
            topicName,
            payload: new Uint8Array(Buffer.concat([Uint8Array.of(message.length >> 8, message.length & 255), message])),
            qos,
            retain,
          }),
        },
      },
    },
  ),
  fault(
    'will-topic-with-wildcard',
    { title: 'A will topic with a wildcard is accepted, and the will published on it', violates: ['MQTT-4.7.1-1'] },
    { rules: { connect: { reactionToWillTopic: () => 'accept' } } },
  ),
];
