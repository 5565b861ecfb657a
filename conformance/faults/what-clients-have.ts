// Faults that show only in clients that have something: a subscription, what waits for them, a will, a successor with one.

import { connectRules, type EndReason } from '../../reference/broker/core/rules/connect.ts';
import { publishRules } from '../../reference/broker/core/rules/publish.ts';
import { willRules } from '../../reference/broker/core/rules/will.ts';
import { Session } from '../../reference/broker/core/session.ts';
import type { BrokerOptions, Parts } from '../../reference/broker/index.ts';
import { MalformedPacket } from '../../reference/codec/malformed.ts';
import type { Connect } from '../../reference/codec/packet.ts';
import { matches } from '../../reference/topics/matches.ts';
import { isType, reading, strict } from './bend.ts';
import { type Fault, fault } from './fault.ts';
import { matching } from './naive-topics.ts';

type Options = Pick<BrokerOptions, 'rules' | 'parts' | 'maxInFlight'>;

/** Subscriptions as they ought to be, and the session of each client that has subscribed to something. */
export function subscribers(): { subscriptions: Parts['subscriptions']; sessionOf: ReadonlyMap<string, Session> } {
  const sessionOf = new Map<string, Session>();
  const held = matching((how) => how)().parts.subscriptions();
  const subscriptions = (): ReturnType<Parts['subscriptions']> => ({
    get size() {
      return held.size;
    },
    add: (topicFilter, session, value) => {
      sessionOf.set(session.clientId, session);
      held.add(topicFilter, session, value);
    },
    remove: (topicFilter, session) => held.remove(topicFilter, session),
    match: (topicName, visit) => held.match(topicName, visit),
  });
  return { subscriptions, sessionOf };
}

/** Clients of a kind stay connected beside the newer one of the same client id. */
function notEvicted(which: (session: Session) => boolean): Options {
  const { subscriptions, sessionOf } = subscribers();
  let newcomer = '';
  const { parts } = reading((packet) => {
    if (packet.type === 'connect') newcomer = packet.clientId;
    return packet;
  });
  const evictsOlder = (): boolean => {
    const session = sessionOf.get(newcomer);
    return session === undefined || session.isGone || !which(session);
  };
  return { parts: { ...parts, subscriptions }, rules: { connect: { evictsOlder } } };
}

/** As above, of who has a will. */
function mortalNotEvicted(): Options {
  const mortal = new Map<string, boolean>();
  let evicts = true;
  const { parts } = reading((packet) => {
    if (packet.type !== 'connect') return packet;
    evicts = mortal.get(packet.clientId) !== true;
    mortal.set(packet.clientId, packet.will !== undefined);
    return packet;
  });
  return { parts, rules: { connect: { evictsOlder: () => evicts } } };
}

/** Whether the will is due is decided with a look at its client and at its end. */
function dueIf(
  isDue: (ended: { connect: Connect; session: Session | undefined; reason: EndReason }) => boolean,
): Options {
  const { subscriptions, sessionOf } = subscribers();
  let due = true;
  return {
    parts: { subscriptions },
    rules: {
      connect: {
        endsWithConnection: (connect, reason) => {
          due = isDue({ connect, session: sessionOf.get(connect.clientId), reason });
          return connectRules.endsWithConnection(connect, reason);
        },
      },
      will: { isDue: (reason) => due && willRules.isDue(reason) },
    },
  };
}

/** What becomes of the will of a client whose successor has one too. */
function whenBothHaveOne(which: 'none' | 'that of the newer'): Options {
  let last: Connect | undefined;
  let takenOver = false;
  const { parts } = reading((packet) => {
    if (packet.type === 'connect') last = packet;
    return packet;
  });
  const isReplaced = (): boolean => takenOver && last?.will !== undefined;
  return {
    parts,
    rules: {
      will: {
        isDue: (reason) => {
          takenOver = reason === 'taken over';
          return willRules.isDue(reason) && !(which === 'none' && isReplaced());
        },
        messageOf: (will) => willRules.messageOf(isReplaced() ? (last?.will ?? will) : will),
      },
    },
  };
}

/** The will that was published comes again when the next connection of its client, which has none, sends DISCONNECT. */
function onceMore(): Options {
  const published = new Set<string>();
  let again = false;
  let hasOwn = false;
  return {
    rules: {
      connect: {
        endsWithConnection: (connect, reason) => {
          const { clientId, will } = connect;
          again = reason === 'disconnect' && will === undefined && published.delete(clientId);
          if (reason !== 'disconnect' && will !== undefined) published.add(clientId);
          hasOwn = will !== undefined;
          return connectRules.endsWithConnection(connect, reason);
        },
      },
      will: {
        willOf: (own, before) => own ?? before,
        isDue: (reason) => again || (hasOwn && willRules.isDue(reason)),
      },
    },
  };
}

/** No will comes where the connection is ended upon a packet of some kind. */
function noneAfter(which: (frame: Uint8Array, error: MalformedPacket | undefined) => boolean): Options {
  let isOne = false;
  const decode: Parts['decode'] = (frame, level) => {
    isOne = which(frame, undefined);
    try {
      return strict(frame, level);
    } catch (error) {
      if (error instanceof MalformedPacket) isOne = which(frame, error);
      throw error;
    }
  };
  return { parts: { decode }, rules: { will: { isDue: (reason) => willRules.isDue(reason) && !isOne } } };
}

/** What clients with a stored session publish is kept for nobody who is away. */
function queuedFromCleanSessions(): Options {
  const stored = new Set<string>();
  let publisher: object | undefined;
  const { parts } = reading((packet) => {
    publisher = undefined;
    if (packet.type !== 'connect') return packet;
    if (packet.cleanSession) stored.delete(packet.clientId);
    else stored.add(packet.clientId);
    return packet;
  });
  return {
    parts,
    rules: {
      publish: {
        isNewQos1: (session) => {
          publisher = session;
          return true;
        },
        queuesWhileAway: (qos) =>
          publishRules.queuesWhileAway(qos) && !(publisher instanceof Session && stored.has(publisher.clientId)),
      },
    },
  };
}

/** A session of CleanSession 1 whose client is taken over goes on with the newer one, which is not told. */
function cleanGoesOn(): Options {
  const cleanOnes = new Set<string>();
  return {
    rules: {
      connect: {
        endsWithConnection: ({ clientId, cleanSession }, reason) => {
          if (cleanSession && reason === 'taken over') cleanOnes.add(clientId);
          return cleanSession && reason !== 'taken over';
        },
        sessionPresent: (connect, stored) =>
          !cleanOnes.delete(connect.clientId) && connectRules.sessionPresent(connect, stored),
      },
    },
  };
}

const takeovers: readonly Fault[] = [
  fault(
    'subscribers-not-taken-over',
    { title: 'A client that has subscribed stays connected beside its successor', violates: ['MQTT-3.1.4-2'] },
    () => notEvicted(({ subscriptions }) => subscriptions.size > 0),
  ),
  fault(
    'who-owes-is-not-taken-over',
    {
      title: 'A client that has not acknowledged a message stays connected beside its successor',
      violates: ['MQTT-3.1.4-2'],
    },
    () => notEvicted(({ sender }) => sender.size > 0),
  ),
  fault(
    'who-has-a-will-is-not-taken-over',
    { title: 'A client that has a will stays connected beside its successor', violates: ['MQTT-3.1.4-2'] },
    mortalNotEvicted,
  ),
  fault(
    'clean-session-goes-on-in-its-successor',
    {
      title: 'The session of a client of CleanSession 1 goes on in one of CleanSession 0 that takes it over',
      violates: ['MQTT-3.1.2-6'],
    },
    cleanGoesOn,
  ),
  fault(
    'no-will-if-the-newer-has-one',
    { title: 'The will of a client is not published when one with a will takes it over', violates: ['MQTT-3.1.2-8'] },
    () => whenBothHaveOne('none'),
  ),
  fault(
    'will-of-the-newer-upon-takeover',
    { title: 'Upon a takeover the will of the newer client is published', violates: ['MQTT-3.1.2-8'] },
    () => whenBothHaveOne('that of the newer'),
  ),
];

const wills: readonly Fault[] = [
  fault(
    'no-will-of-who-has-subscribed-to-it',
    {
      title: 'The will of a client that has itself subscribed to its topic is not published',
      violates: ['MQTT-3.1.2-8'],
    },
    () =>
      dueIf(
        ({ connect: { will }, session }) =>
          ![...(session?.subscriptions.keys() ?? [])].some((one) => matches(one, will?.topicName ?? '')),
      ),
  ),
  fault(
    'no-will-of-whom-messages-wait-for',
    { title: 'The will of a client for whom messages wait is not published', violates: ['MQTT-3.1.2-8'] },
    () => ({ ...dueIf(({ session }) => (session?.sender.queued ?? 0) === 0), maxInFlight: 10 }),
  ),
  fault(
    'will-again-upon-the-next-disconnect',
    {
      title: 'A will that was published comes again when the next connection of its client ends by DISCONNECT',
      violates: ['MQTT-3.1.2-10', 'MQTT-3.1.2-12'],
    },
    onceMore,
  ),
  fault(
    'no-will-after-a-subscribe-with-wrong-flags',
    { title: 'No will is published after a SUBSCRIBE with wrong flags', violates: ['MQTT-3.1.2-8'] },
    () => noneAfter((frame, error) => isType(frame, 'subscribe') && error?.offset === 0),
  ),
  fault(
    'no-will-after-a-connack',
    { title: 'No will is published after a CONNACK of the client', violates: ['MQTT-3.1.2-8'] },
    () => noneAfter((frame) => isType(frame, 'connack')),
  ),
];

const sessions: readonly Fault[] = [
  fault(
    'queued-from-clean-sessions-alone',
    {
      title: 'What a client of CleanSession 0 publishes is not queued for who is away',
      violates: ['MQTT-3.1.2-5', 'MQTT-4.5.0-1'],
    },
    queuedFromCleanSessions,
  ),
  fault(
    'client-ids-in-ascii',
    { title: 'In a client id every character beyond ASCII counts as "?"', violates: ['MQTT-3.1.3-2'] },
    {
      rules: {
        connect: { sessionKey: (clientId) => [...clientId].map((one) => (one < '\u0080' ? one : '?')).join('') },
      },
    },
  ),
];

export const whatClientsHaveFaults: readonly Fault[] = [...takeovers, ...wills, ...sessions];
