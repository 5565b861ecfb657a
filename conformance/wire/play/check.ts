// must, should, may: what is demanded of the target, and what becomes of it when it is not so.
import type { StatementId } from '../../spec/catalogue.ts';
import type { Arrival } from '../connection.ts';
import { describePacket } from '../describe.ts';
import type { Observed } from '../observer.ts';
import { type Expected, type ExpectedMessage, type Met, meets, message } from '../packets.ts';
import type { Silence } from '../patience.ts';
import type { Barrier } from './barrier.ts';
import { isSentinel, reachBarrier } from './barrier-reached.ts';
import type { Client } from './client.ts';
import { ascending, assign, isCopy, type ObservedMessage } from './pairing.ts';
import { publishAgain } from './publish-again.ts';
import { observeReaction } from './react.ts';
import { closed, describeReaction, type Reaction, type ReactionKind } from './reaction.ts';
import type { Recorder } from './recorder.ts';

export interface ReceiveExactlyOptions {
  /** What ends the wait. */
  readonly until: Barrier;
  /** `kept`: the messages have to come in the order in which they are listed. */
  readonly order?: 'any' | 'kept';
  /** `allowed`: a message may come more than once at any QoS; at QoS 1 it always may (MAY-3.3.1.1-a). */
  readonly repeats?: 'allowed';
  /** What a message that is missing violates, where that is another statement than what a surplus one does. */
  readonly ifMissing?: readonly StatementId[];
  /** Some may be lost, as at QoS 0 (section 4.3.1), though not all: what came is judged. */
  readonly someMayBeLost?: boolean;
  /** What may come beside the others, or not: what was published at QoS 0 in passing. */
  readonly besides?: readonly ExpectedMessage[];
  /** What a wrong order violates, by what came; left out, the statements of this check that speak of order. */
  readonly ifDisordered?: (came: readonly ObservedMessage[]) => readonly StatementId[];
}

/** What a check asks of one client's connection. */
export class Check {
  readonly #client: Client;
  readonly #recorder: Recorder;
  readonly #statements: readonly StatementId[];

  constructor(client: Client, recorder: Recorder, statements: readonly StatementId[]) {
    this.#client = client;
    this.#recorder = recorder;
    this.#statements = statements;
  }

  /** The packet comes, whatever comes before it; other packets stay for later checks. `boundMs`: by default that of a reply. */
  async receive<E extends Expected>(expected: E, boundMs?: number): Promise<Met<E> | undefined> {
    const wanted = describePacket(expected);
    const look = () => this.#takeOrMismatch(expected);
    const came = await this.#client.connection.waitFor(look, boundMs);
    // A second PINGREQ would blur which answer is missing.
    const again = expected.type === 'pingresp' ? 'outwaits' : 'looksAgain';
    const { found, silence } = came === undefined ? await this.#client[again](look) : { found: came };
    if (found === undefined) {
      this.#unlessBusy(silence, wanted);
      return this.#failed({ expected: wanted, got: `nothing in time; ${this.#situation()}`, missing: [wanted] });
    }
    if (found === 'ended') return this.#failed({ expected: wanted, got: this.#situation(), missing: [wanted] });
    if ('mismatch' in found)
      return this.#failed({ expected: wanted, got: describePacket(found.mismatch), by: found.mismatch });
    this.#recorder.passed(this.#statements, wanted, this.#client);
    return found.packet as Met<E>;
  }

  /** Exactly these messages come before the barrier, and nothing else. */
  async receiveExactly(all: readonly ExpectedMessage[], options: ReceiveExactlyOptions): Promise<void> {
    const { until, order = 'any', repeats, someMayBeLost = false, besides = [], ifMissing, ifDisordered } = options;
    const reached = await reachBarrier(until, this.#client, this.#recorder);
    const due = (): ExpectedMessage[] => assign(this.#messages(), all).missing;
    // The order between topics, and between a message and its sentinel on another topic, is free: what is still due may come late.
    const settled = (): true | undefined => (due().length === 0 || !this.#client.connection.isOpen ? true : undefined);
    const complete = await this.#client.inFlow(settled);
    const { silence } = complete === undefined ? await this.#client.looksAgain(settled) : {};
    const came = (): boolean => due().length < all.length;
    if (someMayBeLost && !came() && until.kind === 'sentinel')
      await publishAgain(until.publisher, this.#client, { expected: all, came });
    const again = until.kind === 'sentinel' && until.publisher.hasPublishedAgain;
    const messages = this.#messages();
    const lost = due();
    const tolerated = someMayBeLost && lost.length > 0 && lost.length < all.length;
    if (tolerated) this.#recorder.note(`lost: ${shortList(lost.map(describePacket))}`, this.#client);
    const expected = tolerated ? all.filter((one) => !lost.includes(one)) : all;
    const { missing: stillMissing, surplus } = assign(messages, expected);
    this.#client.connection.pending = this.#client.connection.pending.filter(({ packet }) => packet.type !== 'publish');
    const wanted = expected.length === 0 ? 'no message' : shortList(expected.map(describePacket));
    const seen = messages.length === 0 ? 'no message' : shortList(messages.map((packet) => describePacket(packet)));
    const mayRepeat = (packet: ObservedMessage): boolean => repeats === 'allowed' || again || packet.qos === 1;
    const before = this.#client.takenAtQos1.map(({ topicName, payload }) => message(payload, { topicName, qos: 1 }));
    const unwelcome = assign(surplus, besides).surplus.filter(
      (packet) =>
        !(mayRepeat(packet) && [...expected, ...besides, ...before].some((one) => meets(packet, one))) &&
        !this.#client.takenBefore.some((one) => isCopy(packet, one)),
    );
    if (stillMissing.length > 0) {
      this.#unlessBusy(silence, wanted);
      const missing = stillMissing.map(describePacket);
      const got = `${seen}; missing: ${shortList(missing)}; ${this.#situation()}`;
      return this.#failed(
        { expected: wanted, got, missing: missing.slice(0, mostMissing) },
        ifMissing ?? this.#but(ofOrder),
      );
    }
    if (unwelcome.length > 0) {
      const got = `${seen}; too many: ${shortList(unwelcome.map(describePacket))}`;
      return this.#failed({ expected: wanted, got, by: unwelcome[0] }, this.#but(ofOrder));
    }
    if (!reached)
      return this.#recorder.inconclusive(`the barrier of "${wanted}" was not reached: ${this.#situation()}`);
    const inOrder = order === 'any' || ascending(messages, expected);
    if (!inOrder && again) return this.#recorder.inconclusive('what was lost was published again, out of its order');
    if (!inOrder)
      return this.#failed(
        { expected: `${wanted}, in this order`, got: seen },
        ifDisordered?.(messages) ?? this.#but((id) => !ofOrder(id)),
      );
    this.#recorder.passed(this.#statements, wanted, this.#client);
  }

  /** One of the reactions follows the last thing sent on this connection; the verdict is the reaction's own. */
  async reactByOneOf(reactions: readonly Reaction[]): Promise<Reaction | undefined> {
    const accepted = reactions.filter(({ verdict }) => verdict !== 'fail');
    const wanted = accepted.map(describeReaction).join('; or ');
    const { reaction, kind, got, silence } = await observeReaction(this.#client, reactions);
    this.#unlessBusy(silence, wanted);
    await this.#recorder.checkWitness();
    if (reaction === undefined || reaction.verdict === 'fail') {
      const told = reaction?.because === undefined ? got : `${got} (${reaction.because})`;
      this.#failed({ expected: wanted, got: told, ...missingOf(kind, accepted) }, reaction?.violates);
      return reaction;
    }
    const seen = reaction.because === undefined ? got : `${got}: ${reaction.because}`;
    if (reaction.verdict === 'pass') this.#recorder.passed(this.#statements, wanted, this.#client);
    else
      this.#recorder.add(
        { verdict: reaction.verdict, statements: this.#statements, expected: wanted, got: seen },
        this.#client,
      );
    return reaction;
  }

  /** The packet comes, or the target ends the connection instead, as it may: undefined then. Silence is what fails. */
  async receiveOrEnd<E extends Expected>(expected: E): Promise<Met<E> | undefined> {
    const { connection } = this.#client;
    const look = () => this.#client.take(expected) ?? (connection.isOpen ? undefined : ('ended' as const));
    const { found, silence } = await this.#client.waitsFor(look);
    const wanted = `${describePacket(expected)}, or the end of the connection`;
    this.#unlessBusy(silence, wanted);
    if (found === undefined)
      return this.#failed({ expected: wanted, got: `nothing in time; ${this.#situation()}`, missing: [wanted] });
    this.#recorder.passed(this.#statements, wanted, this.#client);
    return found === 'ended' ? undefined : (found.packet as Met<E>);
  }

  /** The connection is ended without an answer to the last thing sent. */
  async close(): Promise<void> {
    await this.reactByOneOf([closed()]);
  }

  /** The target ends the connection; what it sends before does not matter here. `boundMs`: how long to wait, by default as for a reply. */
  async end(boundMs?: number): Promise<{ readonly at: number } | undefined> {
    const { connection } = this.#client;
    const ended = await connection.waitFor(() => connection.ending, boundMs);
    // PINGREQ shows whether it is served on, but would also keep alive whom a longer bound is for.
    const again = boundMs === undefined ? 'looksAgain' : 'outwaits';
    const { found: ending, silence } =
      ended === undefined ? await this.#client[again](() => connection.ending) : { found: ended };
    if (ending === undefined) {
      this.#unlessBusy(silence, theEnd);
      const missing = [theEnd];
      return this.#failed({ expected: 'the target ends the connection', got: 'it stays open', missing });
    }
    this.#recorder.passed(this.#statements, 'the target ends the connection', this.#client);
    return ending;
  }

  /** The connection is open and PINGREQ is answered. */
  async beServed(): Promise<void> {
    const { found, silence } = await this.#client.pinged();
    this.#unlessBusy(silence, 'PINGRESP');
    if (found === true) this.#recorder.passed(this.#statements, 'PINGREQ is answered', this.#client);
    else this.#failed({ expected: 'PINGREQ is answered', got: this.#situation(), missing: ['PINGRESP'] });
  }

  /** A condition of the scenario's own holds. `by`: the packet that tells; by default the last one that was looked at. */
  satisfy(
    holds: boolean,
    seen: { readonly expected: string; readonly got: string; readonly by?: Observed | undefined },
  ): void {
    if (holds) this.#recorder.passed(this.#statements, seen.expected, this.#client);
    else this.#failed({ by: this.#client.lastTaken, ...seen });
  }

  #failed(seen: Parameters<Recorder['failed']>[1], statements = this.#statements): undefined {
    this.#recorder.failed(statements, seen, this.#client);
    return undefined;
  }

  /** A target that kept newcomers waiting too has broken nothing by its silence: it is busy. */
  #unlessBusy(silence: Silence | undefined, wanted: string): void {
    if (silence !== 'busy') return;
    this.#recorder.inconclusive(
      `the target was too slow to be judged: newcomers got no answer either while "${wanted}" was waited for`,
    );
  }

  /** The statements of this check without some, if any are left: what is missing is not out of order. */
  #but(left: (id: StatementId) => boolean): readonly StatementId[] {
    const others = this.#statements.filter((id) => !left(id));
    return others.length === 0 ? this.#statements : others;
  }

  #messages(): ObservedMessage[] {
    return this.#client.connection.pending
      .map(({ packet }) => packet)
      .filter((packet): packet is ObservedMessage => packet.type === 'publish' && !isSentinel(packet.payload));
  }

  #takeOrMismatch(expected: Expected): Arrival | { readonly mismatch: Observed } | 'ended' | undefined {
    const taken = this.#client.take(expected);
    if (taken !== undefined) return taken;
    const mismatch = this.#client.connection.pending.find(({ packet }) => isSameButWrong(packet, expected));
    if (mismatch !== undefined) return { mismatch: mismatch.packet };
    return this.#client.connection.isOpen ? undefined : 'ended';
  }

  /** State of the connection, in words. */
  #situation(): string {
    const { ending, pending } = this.#client.connection;
    const unused =
      pending.length === 0 ? '' : `, unread: ${shortList(pending.map(({ packet }) => describePacket(packet)))}`;
    if (ending === undefined) return `the connection is open${unused}`;
    return `the connection was closed by the ${ending.by} (${ending.how})${unused}`;
  }
}

/** Of what is missing so much is written down. */
const mostMissing = 6;
const theEnd = 'the end of the connection';

/** What a reaction that is not accepted lacks. */
function missingOf(kind: ReactionKind, accepted: readonly Reaction[]): { readonly missing?: readonly string[] } {
  if (kind === 'closed' || kind === 'answered then closed') return {};
  if (accepted.every((one) => one.kind === 'closed' || one.kind === 'answered then closed'))
    return { missing: [theEnd] };
  return kind === 'answered' ? {} : { missing: accepted.map(describeReaction) };
}

/** Section 4.6 speaks of order alone. */
const ofOrder = (id: StatementId): boolean => id.startsWith('MQTT-4.6.');

/** Answers the same packet as the one expected, but with other contents: no need to wait longer. */
function isSameButWrong(observed: Observed, expected: Expected): boolean {
  if (observed.type !== expected.type) return false;
  switch (observed.type) {
    case 'connack':
      return true;
    case 'publish': {
      if (!('payload' in expected) || expected.payload === undefined) return false;
      // The same payload may be under way on another topic: order between topics is free.
      const { payload, topicName } = expected;
      return meets(
        observed,
        topicName === undefined ? { type: 'publish', payload } : { type: 'publish', payload, topicName },
      );
    }
    case 'suback':
      return 'packetId' in expected && expected.packetId === observed.packetId;
    default:
      return false;
  }
}

function shortList(items: readonly string[]): string {
  return items.length <= 6
    ? items.join(', ')
    : `${items.slice(0, 3).join(', ')}, … ${items.length} in all …, ${items.slice(-2).join(', ')}`;
}
