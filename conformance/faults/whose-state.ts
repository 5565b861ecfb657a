// Faults in what belongs to a session, in what it is known by, and in what tells its filters apart.

import type { Parts } from '../../reference/broker/index.ts';
import type { Packet } from '../../reference/codec/packet.ts';
import type { Message } from '../../reference/message.ts';
import { RetainedTree } from '../../reference/topics/retained-tree.ts';
import { embeddedUser, forbiddenTopic } from '../target/embedded-rules.ts';
import { reading } from './bend.ts';
import { type Fault, fault } from './fault.ts';
import { matching } from './naive-topics.ts';

type Subscriptions = ReturnType<Parts['subscriptions']>;

/** Filters of a session that are the same when they are written in a way replace one another. */
const replacingAlike =
  (written: (topicFilter: string) => string): Fault['options'] =>
  () => {
    const held = matching((matches) => matches)().parts.subscriptions();
    const made = new WeakMap<object, Map<string, string>>();
    const subscriptions: Subscriptions = {
      get size() {
        return held.size;
      },
      add: (topicFilter, session, value) => {
        const ofSession = made.get(session) ?? new Map<string, string>();
        made.set(session, ofSession);
        const old = ofSession.get(written(topicFilter));
        if (old !== undefined && old !== topicFilter) held.remove(old, session);
        ofSession.set(written(topicFilter), topicFilter);
        held.add(topicFilter, session, value);
      },
      remove: (topicFilter, session) => held.remove(topicFilter, session),
      match: (topicName, visit) => held.match(topicName, visit),
    };
    return { parts: { subscriptions: () => subscriptions } };
  };

/** More than any other scenario has, so that only cuts in quick succession show it. */
const mostResumes = 6;

export const whoseStateFaults: readonly Fault[] = [
  fault(
    'retained-will-gone-with-its-session',
    {
      title: 'The retained message on the topic of a will goes when CleanSession 1 discards the session of its client',
      violates: ['MQTT-3.1.2-7', 'MQTT-3.1.2-17'],
    },
    () => {
      const retained = new RetainedTree<Message>();
      const willTopics = new Map<string, string>();
      const { parts } = reading((packet) => {
        if (packet.type !== 'connect') return packet;
        const { clientId, cleanSession, will } = packet;
        const topicName = willTopics.get(clientId);
        if (cleanSession && topicName !== undefined) {
          retained.delete(topicName);
          willTopics.delete(clientId);
        }
        if (!cleanSession && will !== undefined) willTopics.set(clientId, will.topicName);
        return packet;
      });
      return { parts: { ...parts, retained: () => retained } };
    },
  ),
  fault(
    'sessions-known-by-user-name',
    { title: 'Where a client has a user name, its session is known by that', violates: ['MQTT-3.1.3-2'] },
    reading((packet) => {
      if (packet.type !== 'connect' || packet.userName === undefined) return packet;
      // The suite comes under one name itself, and would get nowhere.
      return packet.userName === embeddedUser.name ? packet : { ...packet, clientId: `user ${packet.userName}` };
    }),
  ),
  fault(
    'messages-of-users-lost',
    {
      title: 'What a client with a user name publishes at QoS 1 is acknowledged, and reaches nobody',
      violates: ['MQTT-4.5.0-1'],
    },
    () => {
      let isOfUser = false;
      return {
        // The suite comes under one name itself. Delivered is what was authorized last.
        authorize: ({ kind, userName = embeddedUser.name, topic }) => {
          if (kind === 'publish') isOfUser = userName !== embeddedUser.name;
          return topic !== forbiddenTopic;
        },
        rules: { publish: { delivers: ({ qos }) => !isOfUser || qos !== 1 } },
      };
    },
  ),
  fault(
    'empty-will-topic-accepted',
    { title: 'A CONNECT with an empty will topic is accepted, and has no will', violates: ['MQTT-4.7.3-1'] },
    reading((packet) => {
      if (packet.type !== 'connect' || packet.will?.topicName !== '') return packet;
      const { will: _will, ...without } = packet;
      return without;
    }),
  ),
  fault(
    'published-again-behind-pubrel',
    {
      title: 'After more resumes than one in which PUBREL was owed the PUBLISH is sent in its place',
      violates: ['MQTT-4.3.3-1', 'MQTT-4.4.0-1'],
    },
    () => {
      const published = new Map<number, Packet>();
      const resumes = new WeakMap<object, number>();
      let isLate = false;
      return {
        rules: {
          connect: {
            forgetsWhenResumed: (session) => {
              const times = (resumes.get(session) ?? 0) + 1;
              resumes.set(session, times);
              // What the session owes is sent in the same turn.
              isLate = times > mostResumes;
              queueMicrotask(() => {
                isLate = false;
              });
            },
          },
        },
        parts: {
          outgoing: (packet) => {
            if (packet.type === 'publish' && packet.qos === 2) published.set(packet.packetId, { ...packet, dup: true });
            const again = packet.type === 'pubrel' && isLate ? published.get(packet.packetId) : undefined;
            return [again ?? packet];
          },
        },
      };
    },
  ),
  fault(
    'resubscribed-whatever-the-case',
    {
      title: 'A filter replaces another that differs from it only in case',
      violates: ['MQTT-4.7.3-4', 'MQTT-3.8.4-3'],
    },
    replacingAlike((topicFilter) => topicFilter.toLowerCase()),
  ),
  fault(
    'resubscribed-whatever-the-composition',
    {
      title: 'A filter replaces another that has the same characters, composed in another way',
      violates: ['MQTT-4.7.3-4', 'MQTT-3.8.4-3'],
    },
    replacingAlike((topicFilter) => topicFilter.normalize('NFC')),
  ),
];
