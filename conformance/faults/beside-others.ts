// Faults that show only where something else is near: another topic, another client, a second CONNECT.

import { connectRules } from '../../reference/broker/core/rules/connect.ts';
import { publishRules } from '../../reference/broker/core/rules/publish.ts';
import { willRules } from '../../reference/broker/core/rules/will.ts';
import type { BrokerOptions } from '../../reference/broker/index.ts';
import type { Connect, Will } from '../../reference/codec/packet.ts';
import type { Message } from '../../reference/message.ts';
import { RetainedTree } from '../../reference/topics/retained-tree.ts';
import { bodyAt, clearingConnectFlags, isType, reading, repairing, strict } from './bend.ts';
import { type Fault, fault } from './fault.ts';

/** What is sent again to one client counts as sent again to all. */
function resentToOneIsResentToAll(): Pick<BrokerOptions, 'parts'> {
  const resent = new WeakSet<Uint8Array>();
  return {
    parts: {
      outgoing: (packet) => {
        if (packet.type !== 'publish' || packet.qos === 0) return [packet];
        if (packet.dup) resent.add(packet.payload);
        return [resent.has(packet.payload) ? { ...packet, dup: true } : packet];
      },
    },
  };
}

function parentErased(): Pick<BrokerOptions, 'parts'> {
  const held = new RetainedTree<Message>();
  const retained = {
    get size() {
      return held.size;
    },
    set: (topicName: string, message: Message) => held.set(topicName, message),
    delete: (topicName: string) => {
      held.delete(topicName.replace(/\/[^/]*$/, ''));
      return held.delete(topicName);
    },
    match: (topicFilter: string, visit: (message: Message) => void) => held.match(topicFilter, visit),
  };
  return { parts: { retained: () => retained } };
}

/** A will of Will Retain 0 counts as one of Will Retain 1 where something is retained on its topic. */
function replacedByWills(which: (payload: Uint8Array) => boolean): Pick<BrokerOptions, 'rules'> {
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
          const replaces = before !== undefined && ofWills.has(message.payload) && which(message.payload);
          return publishRules.retainedAfter(replaces ? { ...message, retain: true } : message, before);
        },
      },
    },
  };
}

/** What the second CONNECT of a connection leaves behind although it ends that. `last`: of the CONNECTs, the one that came last. */
function leftByTheSecond(
  leaves: (last: Connect) => void,
  rest: Pick<BrokerOptions, 'rules' | 'parts'> = {},
): Pick<BrokerOptions, 'rules' | 'parts'> {
  let last: Connect | undefined;
  const { parts } = reading((packet) => {
    if (packet.type === 'connect') last = packet;
    return packet;
  });
  const reactionToSecondConnect = (): 'close' => {
    if (last !== undefined) leaves(last);
    return 'close';
  };
  return {
    parts: { ...parts, ...rest.parts },
    rules: { ...rest.rules, connect: { ...rest.rules?.connect, reactionToSecondConnect } },
  };
}

/** The will of a second CONNECT comes in place of the first one's, or beside it. */
function willOfTheSecond(which: 'alone' | 'too'): Pick<BrokerOptions, 'rules' | 'parts'> {
  let due: (Will | undefined)[] = [];
  return leftByTheSecond(
    ({ will }) => {
      if (will !== undefined) due = which === 'too' ? [undefined, will] : [will];
    },
    {
      rules: {
        will: {
          timesPublished: () => Math.max(due.length, 1),
          messageOf: (will) => willRules.messageOf(due.shift() ?? will),
        },
      },
    },
  );
}

/** A client without a will gets that of its second CONNECT. */
function willOfTheSecondAtFirst(): Pick<BrokerOptions, 'rules' | 'parts'> {
  const nobodys: Will = { topicName: 'nobody', message: Uint8Array.of(), qos: 0, retain: false };
  let second: Will | undefined;
  let isOne = true;
  return leftByTheSecond(
    ({ will }) => {
      second = will;
    },
    {
      rules: {
        connect: {
          endsWithConnection: (connect, reason) => {
            if (connect.will !== undefined) second = undefined;
            isOne = connect.will !== undefined || second !== undefined;
            return connectRules.endsWithConnection(connect, reason);
          },
        },
        will: {
          willOf: (own) => own ?? nobodys,
          isDue: (reason) => isOne && willRules.isDue(reason),
          messageOf: (will) => {
            const due = second ?? will;
            second = undefined;
            return willRules.messageOf(due);
          },
        },
      },
    },
  );
}

function retainedWillOfTheSecond(): Pick<BrokerOptions, 'rules' | 'parts'> {
  const held = new RetainedTree<Message>();
  const leaves = ({ will }: Connect): void => {
    if (will?.retain === true) held.set(will.topicName, willRules.messageOf(will));
  };
  return leftByTheSecond(leaves, { parts: { retained: () => held } });
}

/** The session of a client that has never been let in is there. */
function sessionOfTheSecond(): Pick<BrokerOptions, 'rules' | 'parts'> {
  const made = new Set<string>();
  const leaves = ({ clientId, cleanSession }: Connect): void => {
    if (!cleanSession) made.add(clientId);
  };
  return leftByTheSecond(leaves, {
    rules: {
      connect: {
        sessionPresent: (connect, stored) =>
          made.delete(connect.clientId) || connectRules.sessionPresent(connect, stored),
      },
    },
  });
}

/** A CONNECT that is malformed in a way is refused with 0x05, and leaves its will. */
function willLeftBy({ parts }: ReturnType<typeof repairing>): Pick<BrokerOptions, 'rules' | 'parts'> {
  const malformed = new WeakSet<Connect>();
  let leaves = false;
  return {
    parts: {
      decode: (frame, level) => {
        try {
          return strict(frame, level);
        } catch (error) {
          const packet = parts.decode?.(frame, level);
          if (packet?.type !== 'connect') throw error;
          malformed.add(packet);
          return packet;
        }
      },
      outgoing: (packet) => (leaves && packet.type === 'connack' ? [] : [packet]),
    },
    rules: {
      connect: {
        refusesClientId: (connect) => {
          leaves = malformed.has(connect);
          return leaves ? 5 : connectRules.refusesClientId(connect);
        },
      },
      will: { isDueAfterRefusal: () => leaves },
    },
  };
}

const withSurplus = repairing((frame, { expected }) =>
  isType(frame, 'connect') && expected === 'the end of the packet' && bodyAt(frame) === 2
    ? Uint8Array.from([frame[0] ?? 0, (frame[1] ?? 0) - 1, ...frame.subarray(2, -1)])
    : undefined,
);

export const faultsBesideOthers: readonly Fault[] = [
  fault(
    'resent-to-one-is-resent-to-all',
    {
      title: 'A message that was sent again to one client comes to others with DUP 1 at its first sending',
      violates: ['MQTT-3.3.1-3', 'MQTT-4.3.2-1', 'MQTT-4.3.3-1'],
    },
    resentToOneIsResentToAll,
  ),
  fault(
    'retained-message-of-the-level-above-erased',
    {
      title: 'An empty message with RETAIN 1 erases what is retained one level above too',
      violates: ['MQTT-3.3.1-10', 'MQTT-3.3.1-6'],
    },
    parentErased,
  ),
  fault(
    'retained-replaced-by-unretained-wills',
    { title: 'A will with Will Retain 0 replaces what is retained on its topic', violates: ['MQTT-3.3.1-12'] },
    () => replacedByWills(({ length }) => length > 0),
  ),
  fault(
    'retained-erased-by-unretained-wills',
    { title: 'An empty will with Will Retain 0 erases what is retained on its topic', violates: ['MQTT-3.3.1-12'] },
    () => replacedByWills(({ length }) => length === 0),
  ),
  fault(
    'will-of-the-second-connect',
    { title: 'A second CONNECT ends the connection, and its will is published', violates: ['MQTT-3.1.2-8'] },
    () => willOfTheSecond('alone'),
  ),
  fault(
    'will-of-the-second-connect-too',
    {
      title: 'A second CONNECT ends the connection, and both wills are published',
      violates: ['MQTT-3.1.2-8'],
    },
    () => willOfTheSecond('too'),
  ),
  fault(
    'will-of-the-second-connect-if-none-before',
    {
      title: 'A second CONNECT ends the connection, and its will is published where the first has none',
      violates: ['MQTT-3.1.2-8'],
    },
    willOfTheSecondAtFirst,
  ),
  fault(
    'retained-will-of-the-second-connect',
    {
      title: 'A second CONNECT ends the connection, and its will with Will Retain 1 is retained',
      violates: ['MQTT-3.1.2-8'],
    },
    retainedWillOfTheSecond,
  ),
  fault(
    'session-of-the-second-connect',
    {
      title: 'A second CONNECT ends the connection, and leaves a session under the client id that it gave',
      violates: ['MQTT-3.1.0-2'],
    },
    sessionOfTheSecond,
  ),
  fault(
    'will-of-a-connect-with-surplus-bytes',
    { title: 'A CONNECT with a byte too much is not accepted, but its will is published', violates: ['MQTT-3.1.2-8'] },
    () => willLeftBy(withSurplus),
  ),
  fault(
    'will-of-a-connect-with-the-reserved-flag',
    {
      title: 'A CONNECT with bit 0 of its flags set is not accepted, but its will is published',
      violates: ['MQTT-3.1.2-8'],
    },
    () => willLeftBy(clearingConnectFlags('MQTT-3.1.2-3', 1)),
  ),
  fault(
    'keep-alive-with-a-sign',
    { title: 'A Keep Alive above 32,767 s is taken for a negative one, and over at once', violates: ['MQTT-3.1.2-24'] },
    {
      rules: {
        connect: {
          keepAliveAllowanceMs: (keepAlive) => (keepAlive > 32_767 ? 20 : connectRules.keepAliveAllowanceMs(keepAlive)),
        },
      },
    },
  ),
];
