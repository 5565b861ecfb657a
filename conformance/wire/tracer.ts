// Writes the trace of one scenario. Many packets are kept as the first and the last of them, so that a flood stays readable.
import { inspect } from '../../reference/codec/inspect.ts';
import type { Packet } from '../../reference/codec/packet.ts';
import type { ObservedFromClient } from './client-observer.ts';
import { describePacket } from './describe.ts';
import type { Finding, Observed } from './observer.ts';
import type { AtMs, Trace, TraceEntry, TraceField } from './trace.ts';
import { maxTraceBytes } from './trace.ts';

interface PacketDraft {
  readonly kind: 'sent' | 'received';
  readonly at: AtMs;
  readonly connection: string;
  readonly bytes: Uint8Array;
  readonly length: number;
  /** The packet, or what is sent in words. */
  readonly what: Packet | Observed | ObservedFromClient | string;
  readonly findings?: readonly string[];
}
type Draft = Exclude<TraceEntry, { kind: 'sent' | 'received' }> | PacketDraft;

const keptAtStart = 400;
const keptAtEnd = 200;
const briefStart = 24;
const briefEnd = 8;
const briefBytes = 128;

export interface TracerOptions {
  /** Milliseconds since the run began. */
  readonly now: () => AtMs;
  /** Byte strings that no trace may show, such as the password of the target. */
  readonly secrets: readonly Uint8Array[];
}

export class Tracer {
  readonly #options: TracerOptions;
  readonly #start: Draft[] = [];
  #end: Draft[] = [];
  #leftOut = 0;
  #decisive: Draft | undefined;

  constructor(options: TracerOptions) {
    this.#options = options;
  }

  opened(connection: string, to: string): void {
    this.#add({ kind: 'opened', at: this.#options.now(), connection, to });
  }

  packet(
    kind: 'sent' | 'received',
    connection: string,
    {
      bytes,
      what,
      findings = [],
    }: { bytes: Uint8Array; what: Packet | Observed | ObservedFromClient | string; findings?: readonly Finding[] },
  ): void {
    const kept = kind === 'sent' && mayHoldSecret(what) ? this.#masked(bytes) : beginning(bytes);
    // Words cost time, and most traces are never read: they are found at the end, but for packets whose payload is not to be kept.
    const told = typeof what !== 'string' && bytes.length > maxTraceBytes ? describePacket(what) : what;
    const common = { kind, at: this.#options.now(), connection, bytes: kept, length: bytes.length, what: told };
    this.#add(findings.length === 0 ? common : { ...common, findings: findings.map(({ text }) => text) });
  }

  ended(connection: string, by: 'target' | 'tester', how: 'FIN' | 'RST'): void {
    this.#add({ kind: 'ended', at: this.#options.now(), connection, by, how });
  }

  note(
    text: string,
    details: { connection?: string; verdict?: 'pass' | 'fail' | 'warn' | 'observed' | 'inconclusive' } = {},
  ): void {
    this.#add({ kind: 'note', at: this.#options.now(), text, ...details });
  }

  /** The entry that decided the check which is being recorded: that of this packet, or the last one. */
  markDecisive(packet?: Observed): void {
    const last = this.#end.at(-1) ?? this.#start.at(-1);
    this.#decisive = (packet === undefined ? undefined : this.#entryOf(packet)) ?? last;
  }

  #entryOf(packet: Observed): Draft | undefined {
    const isIt = (draft: Draft): boolean => 'what' in draft && draft.what === packet;
    return this.#end.findLast(isIt) ?? this.#start.findLast(isIt);
  }

  /** Index that the decisive entry has in `entries()`. */
  decisiveIndex(): number | undefined {
    const decisive = this.#decisive ?? this.#end.at(-1) ?? this.#start.at(-1);
    if (decisive === undefined) return undefined;
    const atStart = this.#start.lastIndexOf(decisive);
    if (atStart >= 0) return atStart;
    const atEnd = this.#end.lastIndexOf(decisive);
    // A note stands for what was left out.
    return atEnd < 0 ? undefined : this.#start.length + (this.#leftOut === 0 ? 0 : 1) + atEnd;
  }

  /** The trace; where all went well a shorter one will do, without the fields of packets. */
  entries({ brief }: { brief: boolean }): Trace {
    const drafts = this.#drafts();
    if (!brief) return drafts.map((draft) => finish(draft, { withFields: true, mostBytes: maxTraceBytes }));
    const leftOut = drafts.length - briefStart - briefEnd;
    const gap: Draft = { kind: 'note', at: drafts[briefStart]?.at ?? 0, text: `${leftOut} entries left out` };
    const kept = leftOut <= 0 ? drafts : [...drafts.slice(0, briefStart), gap, ...drafts.slice(-briefEnd)];
    return kept.map((draft) => finish(draft, { withFields: false, mostBytes: briefBytes }));
  }

  #drafts(): Draft[] {
    if (this.#leftOut === 0) return [...this.#start, ...this.#end];
    const at = this.#end[0]?.at ?? 0;
    return [...this.#start, { kind: 'note', at, text: `${this.#leftOut} entries left out` }, ...this.#end];
  }

  #add(draft: Draft): void {
    if (this.#start.length < keptAtStart) {
      this.#start.push(draft);
      return;
    }
    this.#end.push(draft);
    if (this.#end.length < keptAtEnd * 2) return;
    this.#leftOut += keptAtEnd;
    this.#end = this.#end.slice(keptAtEnd);
  }

  /** A copy, since what is masked is still to be sent. */
  #masked(bytes: Uint8Array): Uint8Array {
    const kept = Buffer.from(bytes.subarray(0, maxTraceBytes));
    for (const secret of this.#options.secrets) {
      if (secret.length === 0) continue;
      for (let at = kept.indexOf(secret); at >= 0; at = kept.indexOf(secret, at + secret.length))
        kept.fill(0x2a, at, at + secret.length);
    }
    return kept;
  }
}

/** CONNECT has the password; what is sent in words may be any packet. */
const mayHoldSecret = (what: PacketDraft['what']): boolean => typeof what === 'string' || what.type === 'connect';

/** Of a short packet its own bytes, of a long one a copy of as many as are kept. */
const beginning = (bytes: Uint8Array): Uint8Array =>
  bytes.length <= maxTraceBytes ? bytes : new Uint8Array(bytes.subarray(0, maxTraceBytes));

function finish(draft: Draft, { withFields, mostBytes }: { withFields: boolean; mostBytes: number }): TraceEntry {
  if (!('bytes' in draft)) return draft;
  const { bytes, what, ...others } = draft;
  const rest = { ...others, summary: typeof what === 'string' ? what : describePacket(what) };
  const hex = Buffer.from(bytes.subarray(0, mostBytes)).toString('hex');
  if (!withFields || bytes.length < draft.length) return { ...rest, hex };
  const fields: readonly TraceField[] = inspect(bytes).fields;
  return { ...rest, hex, fields };
}
