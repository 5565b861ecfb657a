// What a check asks of a client's connection.
import type { StatementId } from '../../spec/catalogue.ts';
import type { ObservedFromClient } from '../client-observer.ts';
import { describePacket } from '../describe.ts';
import type { Recorder } from '../play/recorder.ts';
import type { Peer } from './peer.ts';

type Fields<P> = { readonly [K in keyof P]?: P[K] };
type ExpectedOf<P extends { readonly type: string }> = P extends unknown
  ? { readonly type: P['type'] } & Omit<Fields<P>, 'type'>
  : never;

/** A packet that is expected from a client: fields that are left out may have any value. */
export type ExpectedFromClient = ExpectedOf<ObservedFromClient>;

/** Whether a packet has all the fields that are expected. */
export function isAs(packet: ObservedFromClient, expected: ExpectedFromClient): boolean {
  return Object.entries(expected).every(([name, value]) => {
    const actual = (packet as Readonly<Record<string, unknown>>)[name];
    if (value instanceof Uint8Array) return actual instanceof Uint8Array && Buffer.compare(actual, value) === 0;
    return value === undefined || actual === value;
  });
}

export class PeerCheck {
  readonly #peer: Peer;
  readonly #recorder: Recorder;
  readonly #statements: readonly StatementId[];

  constructor(peer: Peer, recorder: Recorder, statements: readonly StatementId[]) {
    this.#peer = peer;
    this.#recorder = recorder;
    this.#statements = statements;
  }

  /** The packet comes, whatever comes before it. */
  async receive(expected: ExpectedFromClient, boundMs?: number): Promise<ObservedFromClient | undefined> {
    const wanted = words(expected);
    const found = await this.#peer.waitFor(
      () => this.#peer.take((packet) => isAs(packet, expected)) ?? (this.#peer.isOpen ? undefined : ('ended' as const)),
      boundMs,
    );
    if (found === undefined || found === 'ended') return this.#failed(wanted, this.#situation());
    this.#passed(wanted);
    return found.packet;
  }

  /** Packets of this type come, as many as are expected, with these identifiers, in this order. */
  async receiveInOrder(type: 'puback' | 'pubrec' | 'pubcomp' | 'pubrel', packetIds: readonly number[]): Promise<void> {
    const came = (): number[] =>
      this.#peer.pending.flatMap(({ packet }) => (packet.type === type ? [packet.packetId] : []));
    await this.#peer.waitFor(() => (came().length >= packetIds.length || !this.#peer.isOpen ? true : undefined));
    const wanted = `${type.toUpperCase()} ${packetIds.join(', ')} in this order`;
    const ids = came();
    this.#peer.pending = this.#peer.pending.filter(({ packet }) => packet.type !== type);
    if (ids.join() === packetIds.join()) return this.#passed(wanted);
    this.#failed(wanted, ids.length === 0 ? this.#situation() : `${type.toUpperCase()} ${ids.join(', ')}`);
  }

  /** The client ends the connection. */
  async end(boundMs?: number): Promise<void> {
    const ending = await this.#peer.waitFor(() => this.#peer.ending, boundMs);
    const wanted = 'the client ends the connection';
    if (ending?.by === 'target') return this.#passed(wanted);
    this.#failed(wanted, this.#situation());
  }

  /** A condition of the scenario's own holds. */
  satisfy(holds: boolean, { expected, got }: { readonly expected: string; readonly got: string }): void {
    if (holds) this.#passed(expected);
    else this.#failed(expected, got);
  }

  #passed(expected: string): void {
    this.#recorder.passed(this.#statements, expected, this.#peer);
  }

  #failed(expected: string, got: string): undefined {
    this.#recorder.failed(this.#statements, { expected, got }, this.#peer);
    return undefined;
  }

  #situation(): string {
    const { ending, pending } = this.#peer;
    const unread =
      pending.length === 0
        ? ''
        : `, unread: ${pending
            .slice(0, 6)
            .map(({ packet }) => describePacket(packet))
            .join(', ')}`;
    if (ending === undefined) return `nothing in time; the connection is open${unread}`;
    return `the connection was closed by the ${ending.by === 'target' ? 'client' : 'tester'} (${ending.how})${unread}`;
  }
}

function words(expected: ExpectedFromClient): string {
  return describePacket(expected as ObservedFromClient);
}
