// Binds the core of a client to a stream, the clock and the turns of the event loop. Owns the stream and the one timer.
import type { Clock } from '../clock.ts';
import type { Sink } from '../codec/output.ts';
import { HeldOutput } from '../storage/held-output.ts';
import type { Store } from '../storage/store.ts';
import { type DialAddress, dial } from '../transport/dial.ts';
import type { StreamEnd, Transport, TransportListener } from '../transport/transport.ts';
import { formatAddress } from './address.ts';
import { ClientCore } from './core/client-core.ts';
import type { ClientPort, CoreOptions } from './core/client-port.ts';
import { Disconnected } from './core/errors.ts';
import { type ClientEvents, type ClientOptions, defaults } from './options.ts';

export interface EdgeOptions {
  readonly address: DialAddress;
  readonly options: ClientOptions;
  readonly core: CoreOptions;
  readonly clock: Clock;
  readonly tell: Tell;
  /** Where the session is kept: what promises something about it waits until it is there. */
  readonly store: Store | undefined;
}

export type Tell = <E extends keyof ClientEvents>(event: E, value: ClientEvents[E]) => void;

/** Output is handed to the stream as soon as there is so much of it, else by the end of the turn. */
const flushBytes = 65_536;
/** So much unsent output makes a publisher of QoS 0 wait. */
const highWaterBytes = 1_048_576;
/** A stream that is not closed by then is broken off. */
const closeWithinMs = 5_000;

export class Edge implements ClientPort, Sink {
  readonly core: ClientCore;
  readonly #address: DialAddress;
  readonly #options: ClientOptions;
  readonly #clock: Clock;
  readonly #tell: Tell;
  readonly #store: Store | undefined;
  readonly #held: HeldOutput | undefined;
  #transport: Transport | undefined;
  #giveUpDialling: AbortController | undefined;
  #cancelTimer: (() => void) | undefined;
  #timerAt = Number.POSITIVE_INFINITY;
  #flushWaits = false;
  #room: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined;
  /** Unsent bytes up to which there is room. */
  #roomBytes = highWaterBytes;
  #closed: (() => void) | undefined;

  constructor({ address, options, core, clock, tell, store }: EdgeOptions) {
    this.#address = address;
    this.#options = options;
    this.#clock = clock;
    this.#tell = tell;
    this.core = new ClientCore(this, core);
    this.#store = store;
    if (store !== undefined) this.#held = new HeldOutput(store, (error) => this.#storeFailed(error));
  }

  now(): number {
    return this.#clock.now();
  }

  /**
   * Where output has gathered: a promise of room; undefined where there is room. `mustLeave`: of everything having left, since it is not
   * copied.
   */
  room(mustLeave: boolean): Promise<void> | undefined {
    if (mustLeave) this.#roomBytes = 0;
    if (this.core.outputBytes < flushBytes) return this.#room?.promise;
    if (this.#room === undefined) this.#promiseRoom();
    this.#flush();
    // Not at once even if everything went out: the program's other work wants its turn too.
    if (this.bufferedBytes <= this.#roomBytes) setImmediate(this.#roomAgain);
    return this.#room?.promise;
  }

  /** Ends the client; resolves when its stream is closed. */
  end(): Promise<void> {
    this.#giveUpDialling?.abort();
    const transport = this.#transport;
    const closed =
      transport === undefined
        ? Promise.resolve()
        : new Promise<void>((done) => {
            const late = setTimeout(() => transport.reset(), closeWithinMs);
            this.#closed = () => {
              clearTimeout(late);
              done();
            };
          });
    this.core.end();
    this.#arm();
    return this.#store === undefined ? closed : closed.then(() => this.#store?.close());
  }

  /** The session may have changed: what changed is on the disk soon, also where nothing is sent. */
  sessionChanged(): void {
    if (this.#store?.isSettled === false) this.outputWaits();
  }

  // What the core wants.

  dial(): void {
    const giveUp = new AbortController();
    this.#giveUpDialling = giveUp;
    const { tls, headers, connectTimeoutMs = defaults.connectTimeoutMs, protocolLevel } = this.#options;
    dial(this.#address, {
      timeoutMs: connectTimeoutMs,
      signal: giveUp.signal,
      tls,
      headers,
      subprotocol: protocolLevel === 3 ? 'mqttv3.1' : 'mqtt',
      accept: (transport) => this.#accept(transport),
    }).catch((error: unknown) => this.#unreachable(error));
  }

  outputWaits(): void {
    if (this.#flushWaits) return;
    this.#flushWaits = true;
    setImmediate(this.#flush);
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
    this.#tell('connected', event);
  }

  disconnected(reason: Disconnected): void {
    this.#releaseRoom();
    this.#tell('disconnected', reason);
  }

  reconnecting(event: { readonly attempt: number; readonly delayMs: number }): void {
    this.#tell('reconnecting', event);
  }

  ended(reason: Disconnected): void {
    this.#tell('ended', reason);
  }

  // What the stream tells.

  bytes(transport: Transport, chunk: Uint8Array): void {
    if (transport !== this.#transport) return;
    this.core.receive(chunk, this.#clock.now());
    this.sessionChanged();
    this.#arm();
  }

  streamEnded(transport: Transport, how: StreamEnd): void {
    if (transport !== this.#transport) return;
    this.core.peerEnded(how, this.#clock.now());
    // What the server has ended is closed by us too.
    transport.close();
    this.#held?.turnEnded();
    this.#transport = undefined;
    this.#closed?.();
    this.#arm();
  }

  #accept(transport: Transport): TransportListener {
    if (this.#held === undefined) return this.#opened(transport);
    return this.#held.watched(this.#opened(this.#held.of(transport, () => this.left())), transport);
  }

  #storeFailed(error: Error): void {
    this.core.fail(new Disconnected('store failed', `the session cannot be kept: ${error.message}`, { cause: error }));
    this.#arm();
  }

  #opened(transport: Transport): TransportListener {
    this.#giveUpDialling = undefined;
    this.#transport = transport;
    this.core.opened(this.#clock.now());
    this.#arm();
    return new Stream(this, transport);
  }

  #unreachable(error: unknown): void {
    this.#giveUpDialling = undefined;
    this.core.unreachable(unreachable(this.#address, error), this.#clock.now());
    this.#arm();
  }

  // Output.

  readonly #flush = (): void => {
    this.#flushWaits = false;
    this.#write();
    this.#held?.turnEnded();
  };

  #write(): void {
    if (this.core.outputBytes > 0) this.core.flush(this, this.#clock.now());
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

  /** Called by the output alone. */
  left(): void {
    if (this.#room !== undefined && this.bufferedBytes <= this.#roomBytes) setImmediate(this.#roomAgain);
  }

  /** Asked for by several: what has gathered since then counts. */
  readonly #roomAgain = (): void => {
    if (this.bufferedBytes <= this.#roomBytes) this.#releaseRoom();
  };

  #releaseRoom(): void {
    const room = this.#room;
    this.#room = undefined;
    this.#roomBytes = highWaterBytes;
    room?.resolve();
  }

  #promiseRoom(): void {
    let resolve = (): void => {};
    const promise = new Promise<void>((done) => {
      resolve = done;
    });
    this.#room = { promise, resolve };
  }

  // The timer: it is not set anew with each packet, but looks again when it is due.

  #arm(): void {
    const at = this.core.deadline();
    if (at >= this.#timerAt && at !== Number.POSITIVE_INFINITY) return;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#timerAt = at;
    if (at !== Number.POSITIVE_INFINITY) this.#cancelTimer = this.#clock.at(at, this.#tick);
  }

  readonly #tick = (): void => {
    this.#timerAt = Number.POSITIVE_INFINITY;
    this.#cancelTimer = undefined;
    this.core.tick(this.#clock.now());
    this.#arm();
  };
}

/** A stream tells its client who it is: one of an earlier connection is not listened to. */
class Stream implements TransportListener {
  readonly #edge: Edge;
  readonly #transport: Transport;

  constructor(edge: Edge, transport: Transport) {
    this.#edge = edge;
    this.#transport = transport;
  }

  bytes(chunk: Uint8Array): void {
    this.#edge.bytes(this.#transport, chunk);
  }

  ended(how: StreamEnd): void {
    this.#edge.streamEnded(this.#transport, how);
  }
}

const explanations: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused. Is the server running, and at this port?',
  ENOTFOUND: 'there is no such host. Is its name right?',
  EAI_AGAIN: 'the name could not be looked up. Is the network up?',
  ETIMEDOUT: 'no answer in time. Is it reachable from here?',
  ENOENT: 'there is no such socket. Is the server running?',
  EACCES: 'not allowed. May this user use the socket?',
  ECONNRESET: 'the connection was reset. Does the server speak this protocol (TLS or not) at this port?',
};

function unreachable(address: DialAddress, error: unknown): Disconnected {
  const { code = '', message } = error instanceof Error ? (error as NodeJS.ErrnoException) : { message: String(error) };
  const why = explanations[code] ?? message;
  return new Disconnected('unreachable', `cannot reach ${formatAddress(address)}: ${why}`, { cause: error });
}
