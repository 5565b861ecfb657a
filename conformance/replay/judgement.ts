// Judges a conversation by what can be seen of it, both sides. In: events of a fixture, one by one. Out: results, as those of a run.
import { decode } from '../../reference/codec/decode.ts';
import { UnsupportedProtocol } from '../../reference/codec/levels.ts';
import { MalformedPacket } from '../../reference/codec/malformed.ts';
import type { Packet } from '../../reference/codec/packet.ts';
import { clientInvariants, invariants } from '../invariants/all.ts';
import type { ClientInvariant, ClientRule } from '../invariants/client-invariant.ts';
import type { ConversationRule, Invariant } from '../invariants/invariant.ts';
import { Tally } from '../runner/tally.ts';
import type { StatementId } from '../spec/catalogue.ts';
import type { ScenarioResult } from '../verdict/verdict.ts';
import { type ObservedClientPacket, observeFromClient } from '../wire/client-observer.ts';
import { type ObservedPacket, Observer } from '../wire/observer.ts';
import { Splitter } from '../wire/splitter.ts';
import { maxTraceBytes, type TraceEntry } from '../wire/trace.ts';
import { describePiece } from './describe-piece.ts';
import type { FixtureEvent } from './fixture.ts';

/** Something that a side did wrong, as soon as it is seen. */
export interface Violation {
  readonly by: 'client' | 'server';
  readonly connection: string;
  readonly atMs: number;
  readonly invariant: string;
  readonly problem: string;
  readonly statements: readonly StatementId[];
}

interface Judge<I> {
  readonly invariant: I;
  readonly tally: Tally;
}

/** How much of a connection a finding shows before it. */
const shownEntries = 60;

export class Judgement {
  readonly #ofServers: readonly Judge<Invariant>[] = invariants.map((invariant) => ({
    invariant,
    tally: new Tally({ ...invariant, title: ofSeveral(invariant.title) }),
  }));
  readonly #ofClients: readonly Judge<ClientInvariant>[] = clientInvariants.map((invariant) => ({
    invariant,
    tally: new Tally(invariant),
  }));
  readonly #connections = new Map<string, JudgedConnection>();
  readonly #violated: (violation: Violation) => void;
  #seen = 0;
  #left = 0;

  constructor(violated: (violation: Violation) => void = () => {}) {
    this.#violated = violated;
  }

  /** Connections of MQTT 3.1.1, which are judged. */
  get judged(): number {
    return this.#seen - this.#left;
  }

  /** Connections of other protocols, about which nothing is said. */
  get left(): number {
    return this.#left;
  }

  take(event: FixtureEvent): void {
    let connection = this.#connections.get(event.connection);
    if (connection === undefined) {
      connection = new JudgedConnection(event.connection, {
        ofServers: this.#ofServers,
        ofClients: this.#ofClients,
        violated: this.#violated,
        leaves: () => {
          this.#left++;
        },
      });
      this.#connections.set(event.connection, connection);
      this.#seen++;
    }
    connection.take(event);
    if (connection.isOver) this.#connections.delete(event.connection);
  }

  /** One result an invariant: skipped where no packet came that could have broken it. */
  results(): ScenarioResult[] {
    return [
      ...this.#ofServers.map(({ tally }) => tally.result('3.1.1', 'the broker sent no such packet')),
      ...this.#ofClients.map(({ tally }) => tally.result('3.1.1', 'the clients sent no such packet')),
    ];
  }
}

/** In a run there is one target; what is recorded has brokers and clients. */
const ofSeveral = (title: string): string =>
  title.replaceAll('the target', 'the broker').replace(/^The target/, 'The broker');

interface ConnectionOptions {
  readonly ofServers: readonly Judge<Invariant>[];
  readonly ofClients: readonly Judge<ClientInvariant>[];
  readonly violated: (violation: Violation) => void;
  /** The connection speaks another protocol. */
  readonly leaves: () => void;
}

class JudgedConnection {
  readonly #name: string;
  readonly #options: ConnectionOptions;
  readonly #serverRules: readonly { readonly judge: Judge<Invariant>; readonly rule: ConversationRule }[];
  readonly #clientRules: readonly { readonly judge: Judge<ClientInvariant>; readonly rule: ClientRule }[];
  readonly #fromServer = new Observer((observed) => this.#serverSent(observed));
  readonly #fromClient = new Splitter((bytes) => this.#clientSent(observeFromClient(bytes)));
  #entries: TraceEntry[] = [];
  readonly #ended = new Set<'client' | 'server'>();
  #atMs = 0;
  /** It speaks another protocol. */
  #foreign = false;

  constructor(name: string, options: ConnectionOptions) {
    this.#name = name;
    this.#options = options;
    this.#serverRules = options.ofServers.map((judge) => ({ judge, rule: judge.invariant.watch() }));
    this.#clientRules = options.ofClients.map((judge) => ({ judge, rule: judge.invariant.watch() }));
  }

  /** Both directions have ended. */
  get isOver(): boolean {
    return this.#ended.size === 2;
  }

  take(event: FixtureEvent): void {
    if (event.kind === 'fin' || event.kind === 'rst') this.#ended.add(event.by);
    if (event.kind === 'rst') this.#ended.add('client').add('server');
    if (this.#foreign) return;
    this.#atMs = event.atMs;
    const at = event.atMs;
    const connection = this.#name;
    switch (event.kind) {
      case 'open':
        return this.#trace({ kind: 'opened', at, connection, to: 'the broker' });
      case 'fin':
      case 'rst': {
        // A packet that is cut off by the end of its connection is nobody's fault.
        const how = event.kind === 'fin' ? 'FIN' : 'RST';
        return this.#trace({ kind: 'ended', at, connection, by: event.by === 'client' ? 'tester' : 'target', how });
      }
      case 'bytes':
        return event.by === 'server' ? this.#fromServer.push(event.bytes) : this.#fromClient.push(event.bytes);
    }
  }

  #clientSent(observed: ObservedClientPacket): void {
    if (this.#foreign) return;
    const { packet, bytes } = observed;
    if (packet.type === 'connect' && packet.protocolLevel !== 4) {
      this.#foreign = true;
      return this.#options.leaves();
    }
    this.#traceBytes('sent', bytes);
    const decoded = decodedOrNothing(bytes);
    for (const { rule } of this.#serverRules) rule.sent?.(decoded, bytes);
    for (const { judge, rule } of this.#clientRules) {
      const { applies, problem, statements = judge.invariant.cites } = rule.sent({ ...observed, atMs: this.#atMs });
      if (applies) judge.tally.saw();
      if (problem !== undefined) this.#violated('client', judge, { problem, statements });
    }
  }

  #serverSent(observed: ObservedPacket): void {
    if (this.#foreign) return;
    this.#traceBytes('received', observed.bytes);
    for (const { rule } of this.#clientRules) rule.received?.(observed.packet);
    for (const { judge, rule } of this.#serverRules) {
      const { applies, problem } = rule.received(observed);
      if (applies) judge.tally.saw();
      if (problem !== undefined) this.#violated('server', judge, { problem, statements: judge.invariant.cites });
    }
  }

  #violated(
    by: 'client' | 'server',
    { invariant, tally }: Judge<Invariant | ClientInvariant>,
    { problem, statements }: { readonly problem: string; readonly statements: readonly StatementId[] },
  ): void {
    tally.violated(problem, () => this.#tracedWith(problem), statements);
    this.#options.violated({
      by,
      connection: this.#name,
      atMs: this.#atMs,
      invariant: invariant.id,
      problem,
      statements,
    });
  }

  /** What was seen so far, with the problem beside the last packet. */
  #tracedWith(problem: string): TraceEntry[] {
    return this.#entries.map((entry, i) => {
      const isLast = i === this.#entries.length - 1;
      return isLast && (entry.kind === 'sent' || entry.kind === 'received') ? { ...entry, findings: [problem] } : entry;
    });
  }

  #traceBytes(kind: 'sent' | 'received', bytes: Uint8Array): void {
    const { summary, fields, shown } = describePiece(bytes, kind === 'sent' ? 'client' : 'server');
    const hex = Buffer.from(shown.subarray(0, maxTraceBytes)).toString('hex');
    this.#trace({ kind, at: this.#atMs, connection: this.#name, length: bytes.length, hex, summary, fields });
  }

  #trace(entry: TraceEntry): void {
    this.#entries.push(entry);
    if (this.#entries.length > shownEntries * 2) this.#entries = this.#entries.slice(-shownEntries);
  }
}

function decodedOrNothing(bytes: Uint8Array): Packet | undefined {
  try {
    return decode(bytes, { sentBy: 'client' });
  } catch (error) {
    if (error instanceof MalformedPacket || error instanceof UnsupportedProtocol) return undefined;
    throw error;
  }
}
