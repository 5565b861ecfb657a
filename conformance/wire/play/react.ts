// Finds out how the target reacted to the last thing sent.
import { describePacket } from '../describe.ts';
import { type Expected, meets } from '../packets.ts';
import type { Outwaited, Silence } from '../patience.ts';
import type { Client } from './client.ts';
import type { Reaction, ReactionKind } from './reaction.ts';

export interface ObservedReaction {
  /** The accepted reaction that was seen; undefined if it was none of the set. */
  readonly reaction: Reaction | undefined;
  readonly kind: ReactionKind;
  /** What was seen, in words. */
  readonly got: string;
  /** What no reaction at all says. */
  readonly silence?: Silence | undefined;
}

/** Who neither answers nor ends is waited for as long as so many newcomers take. */
const newcomers = 8;

/** Watches until the reaction is one of the set, or nothing more can make it so. */
export async function observeReaction(client: Client, reactions: readonly Reaction[]): Promise<ObservedReaction> {
  const watch = new ReactionWatch(client, reactions);
  const settled = await client.connection.waitFor(() => watch.settled());
  const { found, silence } = settled === undefined ? await watch.afterDeadline() : { found: settled };
  const result = found ?? { ...watch.atDeadline(), silence };
  watch.discard();
  return result;
}

class ReactionWatch {
  readonly #client: Client;
  readonly #reactions: readonly Reaction[];
  #pinged = false;
  #pingAnswered = false;

  constructor(client: Client, reactions: readonly Reaction[]) {
    this.#client = client;
    this.#reactions = reactions;
    if (this.#accepts('ignored')) this.#ping();
  }

  /** The reaction if it is known by now. */
  settled(): ObservedReaction | undefined {
    this.#takePingresp();
    const { isOpen } = this.#client.connection;
    const answers = this.#answers();
    if (!isOpen) return this.#found(answers.length === 0 ? 'closed' : 'answered then closed');
    if (answers.length > 0) {
      if (this.#matching('answered') === undefined && this.#matching('answered then closed') === undefined)
        return this.#wrong();
      // An answer that may or must be followed by the end: PINGREQ tells which, or the end does.
      if (this.#matching('answered then closed') === undefined) return this.#found('answered');
      return undefined;
    }
    return this.#pingAnswered ? this.#found('ignored') : undefined;
  }

  /** Who waits for more bytes takes PINGREQ for these; who does not has ignored the packet, and answers. */
  async afterDeadline(): Promise<Outwaited<ObservedReaction>> {
    const { connection, isLetIn } = this.#client;
    const isAnswered = this.#answers().length > 0;
    if (isAnswered && this.#accepts('answered')) return { silence: 'ignored' };
    // Whether or not a wait would be in order: an answered PINGREQ shows that the target has come to the packet.
    if (!isAnswered && !this.#pinged && isLetIn) this.#ping();
    const outwaiting = this.#pinged ? { newcomers, atLeastMs: connection.replyMs } : { newcomers: 2, atLeastMs: 0 };
    return connection.outwait(() => this.settled(), outwaiting);
  }

  atDeadline(): ObservedReaction {
    const answers = this.#answers();
    if (answers.length > 0) return this.#found('answered');
    if (this.#pinged && !this.#pingAnswered) return this.#found('waits');
    return this.#accepts('waits') ? this.#found('waits') : this.#found('ignored');
  }

  /** Later checks shall not see what belonged to this reaction. */
  discard(): void {
    const answers = new Set(this.#answers());
    this.#client.connection.pending = this.#client.connection.pending.filter((arrival) => !answers.has(arrival));
  }

  #ping(): void {
    this.#pinged = true;
    if (this.#client.connection.isOpen) this.#client.connection.send({ type: 'pingreq' });
  }

  #takePingresp(): void {
    if (this.#pinged && !this.#pingAnswered) this.#pingAnswered = this.#client.take({ type: 'pingresp' }) !== undefined;
  }

  /** What came since the stimulus; messages, and one PUBREL that comes again, count only where such a packet is expected. */
  #answers() {
    const expects = (type: Expected['type']): boolean =>
      this.#reactions.some(({ expected }) => expected?.type === type);
    const messagesCount = expects('publish');
    let repeatsCount = expects('pubrel') ? 1 : 0;
    return this.#client
      .unused()
      .filter(({ packet }) => messagesCount || packet.type !== 'publish')
      .filter(({ packet }) => !this.#client.isResentPubrel(packet) || repeatsCount-- > 0);
  }

  #accepts(kind: ReactionKind): boolean {
    return this.#reactions.some((reaction) => reaction.kind === kind);
  }

  #matching(kind: ReactionKind): Reaction | undefined {
    const answers = this.#answers();
    return this.#reactions.find(({ kind: one, expected }) => {
      if (one !== kind) return false;
      if (expected === undefined) return true;
      return answers.length === 1 && answers.every(({ packet }) => meets(packet, expected));
    });
  }

  #found(kind: ReactionKind): ObservedReaction {
    return { reaction: this.#matching(kind), kind, got: this.#describe(kind) };
  }

  #wrong(): ObservedReaction {
    return { reaction: undefined, kind: 'answered', got: this.#describe('answered') };
  }

  #describe(kind: ReactionKind): string {
    const answers = this.#answers()
      .map(({ packet }) => describePacket(packet))
      .join(', ');
    const { ending } = this.#client.connection;
    switch (kind) {
      case 'closed':
        return `the connection was closed (${ending?.how ?? 'FIN'})`;
      case 'answered':
        return `${answers}, and the connection stays open`;
      case 'answered then closed':
        return `${answers}, then the connection was closed (${ending?.how ?? 'FIN'})`;
      case 'ignored':
        return this.#pingAnswered
          ? 'no reaction, and PINGREQ is answered'
          : 'no reaction, and the connection stays open';
      case 'waits':
        return 'no reaction, and PINGREQ is not answered';
    }
  }
}
