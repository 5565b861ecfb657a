// Faults that show only with clients that are known: a CONNECT with somebody's client id, a session that is resumed.
import { publishRules } from '../../reference/broker/core/rules/publish.ts';
import type { BrokerOptions, Parts } from '../../reference/broker/index.ts';
import { Framer } from '../../reference/codec/framer.ts';
import type { Connect, Packet } from '../../reference/codec/packet.ts';
import { bodyAt, isType, strict, withByte, writing } from './bend.ts';
import { type Fault, fault } from './fault.ts';

/** Knows whether the connection that the broker reads from just now has resumed a session. */
function resuming() {
  let current = { isResumed: false };
  const framer: Parts['framer'] = (maxPacketBytes) => {
    const inner = new Framer({ maxPacketBytes });
    const own = { isResumed: false };
    return {
      push: (chunk, receive) =>
        inner.push(chunk, (frame) => {
          current = own;
          receive(frame);
        }),
    };
  };
  const forgetsWhenResumed = (): void => {
    current.isResumed = true;
  };
  return { isResumed: () => current.isResumed, parts: { framer }, connect: { forgetsWhenResumed } };
}

type Resuming = ReturnType<typeof resuming>;

/** A fault that only resumed sessions show. */
const whenResumed = (bent: (known: Resuming) => Pick<BrokerOptions, 'rules' | 'parts'>) => () => {
  const known = resuming();
  const { rules, parts } = bent(known);
  return {
    rules: { ...rules, connect: { ...known.connect, ...rules?.connect } },
    parts: { ...known.parts, ...parts },
  };
};

const resumed: readonly Fault[] = [
  fault(
    'second-connect-ignored-when-resumed',
    { title: 'In a resumed session a second CONNECT is ignored', violates: ['MQTT-3.1.0-2'] },
    whenResumed(({ isResumed }) => ({
      rules: { connect: { reactionToSecondConnect: () => (isResumed() ? 'ignore' : 'close') } },
    })),
  ),
  fault(
    'malformed-ignored-when-resumed',
    {
      title: 'In a resumed session malformed packets are ignored',
      violates: ['MQTT-4.8.0-1', 'MQTT-3.8.3-3', 'MQTT-3.8.3-4', 'MQTT-3.3.1-4', 'MQTT-2.3.1-1', 'MQTT-1.5.3-1'],
    },
    whenResumed(({ isResumed }) => ({
      rules: { connect: { reactionToMalformed: () => (isResumed() ? 'ignore' : 'close') } },
    })),
  ),
  fault(
    'bad-filters-granted-when-resumed',
    { title: 'In a resumed session misplaced wildcards are granted', violates: ['MQTT-4.7.1-2', 'MQTT-4.7.1-3'] },
    whenResumed(({ isResumed }) => ({
      rules: { subscribe: { reactionToTopicFilter: () => (isResumed() ? 'accept' : 'close') } },
    })),
  ),
  fault(
    'wildcard-topics-acknowledged-when-resumed',
    { title: 'In a resumed session a PUBLISH to a wildcard is acknowledged and dropped', violates: ['MQTT-3.3.2-2'] },
    whenResumed(({ isResumed }) => ({
      rules: { publish: { reactionToTopicName: () => (isResumed() ? 'acknowledge' : 'close') } },
    })),
  ),
  fault(
    'live-with-flag-from-resumed',
    { title: 'RETAIN of a publisher that has resumed its session is passed on', violates: ['MQTT-3.3.1-9'] },
    whenResumed(({ isResumed }) => ({
      rules: { publish: { retainOf: (cause, { retain }) => cause === 'new subscription' || (retain && isResumed()) } },
    })),
  ),
  fault(
    'nothing-retained-from-resumed',
    { title: 'What a publisher that has resumed its session publishes is not retained', violates: ['MQTT-3.3.1-5'] },
    whenResumed(({ isResumed }) => ({
      rules: {
        publish: {
          retainedAfter: (message, before) =>
            isResumed() && message.retain ? before : publishRules.retainedAfter(message, before),
        },
      },
    })),
  ),
  fault(
    'return-codes-reversed-when-resumed',
    { title: 'In a resumed session SUBACK has its return codes in reverse order', violates: ['MQTT-3.9.3-1'] },
    whenResumed(({ isResumed }) => ({
      rules: { subscribe: { returnCodes: (codes) => (isResumed() ? codes.toReversed() : codes) } },
    })),
  ),
  fault(
    'subscriptions-fixed-when-resumed',
    { title: 'In a resumed session a subscription cannot be changed', violates: ['MQTT-3.8.4-3', 'MQTT-4.1.0-1'] },
    whenResumed(({ isResumed }) => ({
      rules: { subscribe: { replaces: (topicFilter, subscribed) => !(isResumed() && subscribed.has(topicFilter)) } },
    })),
  ),
  fault(
    'received-identifiers-forgotten-at-the-second-resume',
    {
      title: 'At its second resume a session forgets the identifiers of QoS 2 messages that were received',
      violates: ['MQTT-4.3.3-2', 'MQTT-4.1.0-1'],
    },
    () => {
      const times = new WeakMap<object, number>();
      return {
        rules: {
          connect: {
            forgetsWhenResumed: (session) => {
              const before = times.get(session) ?? 0;
              times.set(session, before + 1);
              if (before > 0) session.receiver.clear();
            },
          },
        },
      };
    },
  ),
  fault(
    'pubrel-ahead-of-connack',
    { title: 'PUBRELs that are owed are sent ahead of CONNACK', violates: ['MQTT-3.2.0-1'] },
    aheadOfConnack(({ type }) => type === 'pubrel'),
  ),
  fault(
    'in-flight-ahead-of-connack',
    { title: 'PUBLISHes that were in flight are sent again ahead of CONNACK', violates: ['MQTT-3.2.0-1'] },
    aheadOfConnack((packet) => packet.type === 'publish' && packet.dup),
  ),
];

/** What is sent again to who resumes a session overtakes the CONNACK; what is queued does not. */
function aheadOfConnack(isAhead: (packet: Packet) => boolean): Fault['options'] {
  return () => {
    let isWaiting = false;
    let held: Packet[] = [];
    const forgetsWhenResumed = (): void => {
      isWaiting = true;
    };
    return {
      rules: { connect: { forgetsWhenResumed, connackComesFirst: () => !isWaiting } },
      parts: {
        outgoing: (packet) => {
          if (!isWaiting || isAhead(packet)) return [packet];
          held.push(packet);
          if (packet.type !== 'connack') return [];
          const [connack, ...behind] = held.reverse();
          isWaiting = false;
          held = [];
          return connack === undefined ? [] : [connack, ...behind.reverse()];
        },
      },
    };
  };
}

/** What becomes of a CONNECT with bit 0 of its flags set, if its client id is one of a stored session. */
type Disturbance = 'serves it' | 'evicts' | 'discards' | 'publishes its will';

function clientIdOf(frame: Uint8Array): string {
  const at = bodyAt(frame) + 10;
  const length = ((frame[at] ?? 0) << 8) | (frame[at + 1] ?? 0);
  return Buffer.from(frame.subarray(at + 2, at + 2 + length)).toString();
}

const disturbed = (how: Disturbance) => (): ReturnType<Fault['options']> => {
  const malformed = new WeakSet<Connect>();
  const stored = new Set<string>();
  const lost = new Set<string>();
  let isRefused = false;
  const refusesClientId = (connect: Connect): 1 | 2 | undefined => {
    if (!connect.cleanSession) stored.add(connect.clientId);
    isRefused = malformed.has(connect) && how !== 'serves it';
    return isRefused ? 1 : connect.clientId === '' && !connect.cleanSession ? 2 : undefined;
  };
  let isMalformed = false;
  return {
    rules: {
      connect: {
        refusesClientId,
        evictsBeforeChecking: () => how === 'evicts' && isMalformed,
        resumesSession: ({ cleanSession, clientId }) => !cleanSession && !lost.delete(clientId),
        sessionPresent: ({ cleanSession, clientId }, session) =>
          session !== undefined && !cleanSession && !lost.has(clientId),
      },
      will: { isDueAfterRefusal: () => how === 'publishes its will' && isRefused },
    },
    parts: {
      decode: (frame, level) => {
        isMalformed = false;
        isRefused = false;
        if (!isType(frame, 'connect')) return strict(frame, level);
        const at = bodyAt(frame) + 7;
        const flags = frame[at] ?? 0;
        if ((flags & 1) === 0 || !stored.has(clientIdOf(frame))) return strict(frame, level);
        const packet = strict(withByte(frame, at, flags & ~1), level);
        isMalformed = true;
        if (packet.type === 'connect') malformed.add(packet);
        if (how === 'discards') lost.add(clientIdOf(frame));
        return packet;
      },
      // Nobody learns of it by a CONNACK.
      ...writing('connack', () => (isRefused ? [] : undefined)).parts,
    },
  };
};

const strangers: readonly Fault[] = [
  fault(
    'connect-flag-bit-0-unchecked-for-stored-sessions',
    { title: 'Bit 0 of Connect Flags is not checked where a session is stored', violates: ['MQTT-3.1.2-3'] },
    disturbed('serves it'),
  ),
  fault(
    'malformed-connect-evicts',
    { title: 'A malformed CONNECT ends the client that has its client id', violates: ['MQTT-3.1.4-2'] },
    disturbed('evicts'),
  ),
  fault(
    'malformed-connect-discards-the-session',
    { title: 'A malformed CONNECT discards the stored session of its client id', violates: ['MQTT-4.1.0-1'] },
    disturbed('discards'),
  ),
  fault(
    'will-of-malformed-connect-published',
    { title: 'The will of a malformed CONNECT is published', violates: ['MQTT-3.1.2-8'] },
    disturbed('publishes its will'),
  ),
  ...(
    [
      ['normalised', 'in Unicode normal form', (clientId: string) => clientId.normalize('NFC')],
      ['trimmed', 'without blanks and U+FEFF around them', (clientId: string) => clientId.trim()],
    ] as const
  ).map(([id, how, sessionKey]) =>
    fault(
      `client-ids-${id}`,
      { title: `Sessions are known by their client ids ${how}`, violates: ['MQTT-3.1.3-2'] },
      { rules: { connect: { sessionKey } } },
    ),
  ),
];

export const ofKnownClientsFaults: readonly Fault[] = [...resumed, ...strangers];
