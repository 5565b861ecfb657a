// Binds the core of a client to a stream, the clock and the turns of the event loop. Owns the stream.
import type { Clock } from '../clock.ts';
import type { Sink } from '../codec/output.ts';
import { HeldOutput } from '../storage/held-output.ts';
import type { Store } from '../storage/store.ts';
import { type DialAddress, type Dialler, type Dialling, dial, timedOut } from '../transport/dial.ts';
import type { StreamEnd, Transport, TransportListener } from '../transport/transport.ts';
import { Alarm, type Sleeper } from './alarm.ts';
import { ClientCore } from './core/client-core.ts';
import type { ClientPort, CoreOptions } from './core/client-port.ts';
import { Disconnected, type SubscribeRefused } from './core/errors.ts';
import type { Happenings } from './happenings.ts';
import { type ClientOptions, defaults } from './options.ts';
import { Room } from './room.ts';
import { Stream, type StreamOwner } from './stream.ts';
import { unreachable } from './unreachable.ts';

export interface EdgeOptions {
  readonly address: DialAddress;
  readonly options: ClientOptions;
  readonly core: CoreOptions;
  readonly clock: Clock;
  readonly happenings: Happenings;
  /** Where the session is kept: what promises something about it waits until it is there. */
  readonly store: Store | undefined;
}

/** Output is handed to the stream as soon as there is so much of it, which mostly lies in one block, else by the end of the turn. */
const flushBytes = 61_440;
/** The same of payloads that are not copied: the fewer the writes, the better. */
const slicesFlushBytes = 1_048_576;
/** Who has sent so much in a turn waits for the next: the program's other work wants its turn too. */
const turnBytes = 524_288;
/** A stream that is not closed by then is broken off. */
const closeWithinMs = 5_000;
const subprotocols = { 3: 'mqttv3.1', 4: 'mqtt' } as const;

const flush = (edge: Edge): void => edge.flush();

export class Edge implements ClientPort, Sink, Dialler, Sleeper, StreamOwner {
  readonly core: ClientCore;
  readonly address: DialAddress;
  readonly options: ClientOptions;
  readonly #alarm: Alarm;
  readonly #happenings: Happenings;
  readonly #store: Store | undefined;
  readonly #held: HeldOutput | undefined;
  #transport: Transport | undefined;
  #dialling: Dialling | undefined;
  /** When the stream has to be open, or closed. */
  #streamBy = Number.POSITIVE_INFINITY;
  #flushWaits = false;
  #room: Room | undefined;
  /** Of this turn, handed to the stream before its end. */
  #turnBytes = 0;
  #closed: (() => void) | undefined;
  #released: Promise<void> | undefined;
  due = Number.POSITIVE_INFINITY;
  place = -1;

  constructor({ address, options, core, clock, happenings, store }: EdgeOptions) {
    this.address = address;
    this.options = options;
    this.#alarm = Alarm.of(clock);
    this.#happenings = happenings;
    this.core = new ClientCore(this, core);
    this.#store = store;
    this.#held = store === undefined ? undefined : new HeldOutput(store, (error) => this.#storeFailed(error));
  }

  now(): number {
    return this.#alarm.now();
  }

  /**
   * Where output has gathered: a promise of room; undefined where there is room. `mustLeave`: of everything having left, since it is not
   * copied.
   */
  room(mustLeave: boolean): Promise<void> | undefined {
    const { outputBytes, isConnected } = this.core;
    const flushes = outputBytes >= (mustLeave ? slicesFlushBytes : flushBytes);
    if (!isConnected || !(flushes || mustLeave)) return this.#room?.promise;
    if (flushes) {
      this.#turnBytes += outputBytes;
      this.#flushNow();
      if (this.bufferedBytes === 0 && this.#turnBytes < turnBytes) return this.#room?.promise;
    }
    this.#room ??= new Room();
    return this.#room.wanted(mustLeave);
  }

  /** Ends the client without waiting for a server that says nothing. */
  breakOff(): Promise<void> {
    const ended = this.end();
    this.#transport?.reset();
    return ended;
  }

  /** Ends the client; resolves when its stream is closed and its session let go. */
  end(): Promise<void> {
    this.#dialling?.giveUp();
    this.#dialling = undefined;
    // DISCONNECT leaves at once, with all that waits.
    this.#flushWaits = true;
    this.core.end();
    this.#flushWaits = false;
    return this.#release();
  }

  /** What the client has leaves it: the stream, and behind it the session. */
  #release(): Promise<void> {
    if (this.#released !== undefined) return this.#released;
    const hasStream = this.#transport !== undefined;
    this.#streamBy = hasStream ? this.now() + closeWithinMs : Number.POSITIVE_INFINITY;
    const closed = hasStream ? new Promise<void>((done) => (this.#closed = done)) : Promise.resolve();
    this.#released = this.#store === undefined ? closed : closed.then(() => this.#store?.close());
    this.#arm();
    return this.#released;
  }

  /** The session may have changed: what changed is on the disk soon, also where nothing is sent. */
  sessionChanged(): void {
    if (this.#store?.isSettled === false) this.outputWaits();
  }

  // What the core wants.

  dial(): void {
    const { tls, headers, localAddress, connectTimeoutMs = defaults.connectTimeoutMs, protocolLevel } = this.options;
    const subprotocol = subprotocols[protocolLevel ?? 4];
    this.#streamBy = this.now() + connectTimeoutMs;
    this.#dialling = dial(this.address, { tls, headers, localAddress, subprotocol }, this);
    this.#arm();
  }

  outputWaits(): void {
    if (this.#flushWaits) return;
    this.#flushWaits = true;
    setImmediate(flush, this);
  }

  close(): void {
    this.#write();
    this.#transport?.close();
    this.#held?.turnEnded();
  }

  pauseReading(): void {
    this.#transport?.pause();
  }

  resumeReading(): void {
    this.#transport?.resume();
  }

  connected(event: { readonly sessionPresent: boolean }): void {
    this.#happenings.connected(event);
  }

  disconnected(reason: Disconnected): void {
    this.#room?.release();
    this.#happenings.tell('disconnected', reason);
  }

  reconnecting(event: { readonly attempt: number; readonly delayMs: number }): void {
    this.#happenings.tell('reconnecting', event);
  }

  refused(error: SubscribeRefused): void {
    this.#happenings.tell('refused', error);
  }

  ended(reason: Disconnected): void {
    // Nobody has to call `end` for it; who does learns whether it worked.
    this.#release().catch(() => {});
    this.#happenings.ended(reason);
  }

  // What the stream tells.

  bytes(transport: Transport, chunk: Uint8Array, isLent: boolean): void {
    if (transport !== this.#transport) return;
    this.core.receive(chunk, { now: this.now(), isLent });
    this.sessionChanged();
    this.#arm();
  }

  streamEnded(transport: Transport, how: StreamEnd): void {
    if (transport !== this.#transport) return;
    this.core.peerEnded(how, this.now());
    // What the server has ended is closed by us too.
    transport.close();
    this.#held?.turnEnded();
    this.#transport = undefined;
    // A new one may be on its way already.
    if (this.#dialling === undefined) this.#streamBy = Number.POSITIVE_INFINITY;
    this.#closed?.();
    this.#arm();
  }

  accept(transport: Transport): TransportListener {
    if (this.#held === undefined) return this.#opened(transport);
    return this.#held.watched(this.#opened(this.#held.of(transport, () => this.left())), transport);
  }

  unreachable(error: unknown): void {
    this.#dialling = undefined;
    this.#streamBy = Number.POSITIVE_INFINITY;
    this.core.unreachable(unreachable(this.address, error), this.now());
    this.#arm();
  }

  #storeFailed(error: Error): void {
    this.core.fail(new Disconnected('store failed', `the session cannot be kept: ${error.message}`, { cause: error }));
    this.#arm();
  }

  #opened(transport: Transport): TransportListener {
    this.#dialling = undefined;
    this.#streamBy = Number.POSITIVE_INFINITY;
    this.#transport = transport;
    // CONNECT leaves at once: nothing else may go with it.
    this.#flushWaits = true;
    this.core.opened(this.now());
    this.flush();
    this.#arm();
    return new Stream(this, transport);
  }

  // Output.

  /** The turn is over. */
  flush(): void {
    this.#flushWaits = false;
    this.#turnBytes = 0;
    this.#flushNow();
    if (this.#room?.isThere(this.bufferedBytes) === true) this.#room.release();
  }

  #flushNow(): void {
    this.#write();
    this.#held?.turnEnded();
    this.#arm();
  }

  #write(): void {
    if (this.core.outputBytes > 0) this.core.flush(this, this.now());
  }

  /** Called by the output alone. */
  cork(): void {
    this.#transport?.cork?.();
  }

  uncork(): void {
    this.#transport?.uncork?.();
  }

  write(bytes: Uint8Array, taken?: () => void): void {
    this.#transport?.write(bytes, taken);
  }

  get bufferedBytes(): number {
    return this.#transport?.bufferedBytes ?? 0;
  }

  /** Called by the output alone: a publisher waits for room. */
  get isAwaited(): boolean {
    return this.#room?.promise !== undefined;
  }

  /** Called by the output alone. What has gathered since then leaves before there is room. */
  left(): void {
    if (this.#room?.isThere(this.bufferedBytes) === true) this.outputWaits();
  }

  // Time.

  deadline(): number {
    return Math.min(this.core.deadline(), this.#streamBy);
  }

  tick(now: number): void {
    if (this.#streamBy <= now) this.#streamIsLate();
    this.core.tick(now);
  }

  #streamIsLate(): void {
    this.#streamBy = Number.POSITIVE_INFINITY;
    if (this.#dialling === undefined) return this.#transport?.reset();
    this.#dialling.giveUp();
    this.unreachable(timedOut(this.options.connectTimeoutMs ?? defaults.connectTimeoutMs));
  }

  #arm(): void {
    this.#alarm.set(this);
  }
}
