// Whether a CONNECT is let in: section 3.1.4. In: CONNECT, and who sends it. Out, through a port: it is accepted, refused with a return code,
// or the connection ends. Knows no bytes and no time.
import type { Connect } from '../../codec/packet.ts';
import { topicNameProblem } from '../../topics/validate.ts';
import { type Authenticate, type AuthenticationOutcome, outcomeOf } from './access.ts';
import type { BrokerCore } from './broker-core.ts';
import type { EndReason, Refusal } from './rules/connect.ts';
import { levelsOf } from './topic-levels.ts';

/** What a transport knows of who connects. */
export interface Visitor {
  readonly remoteAddress: string;
  /** Common name of a verified client certificate. */
  readonly certificateName?: string | undefined;
}

/** What is done with a CONNECT. */
export interface Door {
  readonly visitor: Visitor;
  /** It is let in, perhaps under another user name than it said. */
  accept(connect: Connect): void;
  refuse(refusal: Refusal, connect: Connect): void;
  end(reason: EndReason, detail?: string): void;
  /** The authentication takes its time; what comes from there waits. */
  waits(): void;
  /** It is over: `decide` is called, unless the connection has ended. */
  answered(decide: () => void): void;
}

/** Lets a CONNECT in or not, now or when its authentication is over. */
export function admit(core: BrokerCore, connect: Connect, door: Door): void {
  const { rules } = core;
  if (hasBadWillTopic(connect) && rules.connect.reactionToWillTopic() === 'close')
    return door.end('protocol violation');
  if (connect.will !== undefined && levelsOf(connect.will.topicName) > core.limits.maxTopicLevels)
    return door.end('protocol violation', `a will topic of more than ${core.limits.maxTopicLevels} levels`);
  if (rules.connect.evictsBeforeChecking()) core.evict(connect.clientId);
  const refusal = rules.connect.refusesClientId(connect) ?? (isOneTooMany(core, connect) ? 3 : undefined);
  if (refusal !== undefined) return door.refuse(refusal, connect);
  const outcome = authenticate(core, connect, door.visitor);
  if (!(outcome instanceof Promise)) return conclude(core, connect, door, outcome);
  door.waits();
  const answered = (answer: AuthenticationOutcome) => door.answered(() => conclude(core, connect, door, answer));
  outcome.then(answered, () => answered('unavailable'));
}

const hasBadWillTopic = ({ will }: Connect): boolean =>
  will !== undefined && topicNameProblem(will.topicName) !== undefined;

/** A session that nobody will come back to is kept all the same: there are so many at most. */
function isOneTooMany(core: BrokerCore, { cleanSession, clientId }: Connect): boolean {
  const { connections, sessions, limits } = core;
  if (connections > limits.maxConnections) return true;
  return !cleanSession && sessions >= limits.maxSessions && !core.hasSession(clientId);
}

function authenticate(
  core: BrokerCore,
  { clientId, userName, password }: Connect,
  visitor: Visitor,
): AuthenticationOutcome | Promise<AuthenticationOutcome> {
  // Where nobody asks for it, the address of a client is not looked up.
  if (core.authenticate === undefined) return 'accepted';
  const { remoteAddress, certificateName } = visitor;
  try {
    const answer = core.authenticate({ clientId, userName, password, remoteAddress, certificateName });
    return isPromise(answer) ? Promise.resolve(answer).then(outcomeOf) : outcomeOf(answer);
  } catch {
    // The program that embeds the broker has failed at this client: the others are served on.
    return 'unavailable';
  }
}

const isPromise = (answer: ReturnType<Authenticate>): answer is Promise<AuthenticationOutcome> =>
  typeof answer === 'object' && answer !== null && 'then' in answer;

function conclude(core: BrokerCore, claimed: Connect, door: Door, outcome: AuthenticationOutcome): void {
  const { refusalOf } = core.rules.connect;
  if (typeof outcome === 'string' && outcome !== 'accepted') return door.refuse(refusalOf(outcome), claimed);
  const connect = typeof outcome === 'string' ? claimed : connectAs(claimed, outcome.acceptedAs);
  if (core.mayOwn(connect)) door.accept(connect);
  else door.refuse(refusalOf('identifier rejected'), connect);
}

/** The same CONNECT, as of another user. */
function connectAs(connect: Connect, userName: string | undefined): Connect {
  const { userName: _claimed, password: _secret, ...others } = connect;
  return userName === undefined ? others : { ...others, userName };
}
