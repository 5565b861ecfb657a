// Byte streams → events of a fixture. In: who sent which chunk, and how a side ended. Out: one event a packet. Knows no socket.
import { inspect } from '../../reference/codec/inspect.ts';
import { Splitter } from '../wire/splitter.ts';
import type { FixtureEvent } from './fixture.ts';

export interface RecordingOptions {
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
  readonly emit: (event: FixtureEvent) => void;
  /** Passwords are written as `*` unless this is set. */
  readonly keepPasswords?: boolean;
  /** What a connection with this client id is called; the client id itself unless told otherwise. */
  readonly nameOf?: (clientId: string) => string;
}

type Side = 'client' | 'server';
type Happened = { readonly kind: 'open' | 'fin' | 'rst' } | { readonly kind: 'bytes'; readonly bytes: Uint8Array };

/** A conversation being recorded. */
export class Recording {
  readonly #options: RecordingOptions;
  readonly #names = new Set<string>();
  #began: number | undefined;
  #lastAtMs = 0;
  #connections = 0;

  constructor(options: RecordingOptions) {
    this.#options = options;
  }

  /** A new connection. It gets its name from its CONNECT, if that comes first and has a client id fit for a name. */
  open(): RecordedConnection {
    const number = ++this.#connections;
    this.#began ??= this.#options.now();
    const openedAtMs = this.#elapsed();
    return new RecordedConnection({
      ...this.#options,
      emit: (event) => this.#emit(event),
      now: () => this.#elapsed(),
      openedAtMs,
      nameFor: (clientId) => this.#unique(fitName(this.#options.nameOf?.(clientId) ?? clientId) ?? `c${number}`),
    });
  }

  /** An opening is told of once its name is known: then others may have spoken already, and the order is that of time. */
  #emit(event: FixtureEvent): void {
    this.#lastAtMs = Math.max(this.#lastAtMs, event.atMs);
    this.#options.emit({ ...event, atMs: this.#lastAtMs });
  }

  #elapsed(): number {
    return Math.round(this.#options.now() - (this.#began ?? 0));
  }

  #unique(wanted: string): string {
    let name = wanted;
    for (let again = 2; this.#names.has(name); again++) name = `${wanted}-${again}`;
    this.#names.add(name);
    return name;
  }
}

const fitName = (name: string): string | undefined => (/^[\w.-]{1,24}$/.test(name) ? name : undefined);

interface ConnectionOptions extends RecordingOptions {
  readonly openedAtMs: number;
  readonly nameFor: (clientId: string) => string;
}

/** One connection of a recording. */
export class RecordedConnection {
  readonly #options: ConnectionOptions;
  readonly #splitters: Readonly<Record<Side, Splitter>>;
  readonly #ended = new Set<Side>();
  #name: string | undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    const splitter = (by: Side): Splitter => new Splitter((bytes) => this.#happened(by, { kind: 'bytes', bytes }));
    this.#splitters = { client: splitter('client'), server: splitter('server') };
  }

  /** Name in the fixture; undefined before the first event. */
  get name(): string | undefined {
    return this.#name;
  }

  bytes(by: Side, chunk: Uint8Array): void {
    if (!this.#ended.has(by)) this.#splitters[by].push(chunk);
  }

  /** A side ended its direction. The first word counts. */
  ended(by: Side, how: 'fin' | 'rst'): void {
    if (this.#ended.has(by)) return;
    this.#splitters[by].flush();
    this.#ended.add(by);
    this.#happened(by, { kind: how });
  }

  #happened(by: Side, what: Happened): void {
    const clean = what.kind === 'bytes' && by === 'client' ? this.#clean(what.bytes) : what;
    if (this.#name === undefined) this.#introduce(clean);
    this.#emit(by, this.#options.now(), clean);
  }

  #introduce(first: Happened): void {
    const packet = first.kind === 'bytes' ? inspect(first.bytes).packet : undefined;
    this.#name = this.#options.nameFor(packet?.type === 'connect' ? packet.clientId : '');
    this.#emit('client', this.#options.openedAtMs, { kind: 'open' });
  }

  #clean(bytes: Uint8Array): Happened {
    return { kind: 'bytes', bytes: this.#options.keepPasswords === true ? bytes : withoutPassword(bytes) };
  }

  #emit(by: Side, atMs: number, what: Happened): void {
    this.#options.emit({ connection: this.#name ?? '', by, atMs, ...what });
  }
}

/** The packet with every byte of its password written as `*`; the same bytes if it has none. */
export function withoutPassword(bytes: Uint8Array): Uint8Array {
  if ((bytes[0] ?? 0) >> 4 !== 1) return bytes;
  const field = inspect(bytes).fields.find(({ name }) => name === 'Password');
  if (field === undefined) return bytes;
  const masked = new Uint8Array(bytes);
  masked.fill(0x2a, field.offset + 2, field.offset + field.length);
  return masked;
}
