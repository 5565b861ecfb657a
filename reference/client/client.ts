// What an application holds of a client. In: what it asks. Out: promises, messages, events.
import { wakefulClock } from '../clock.ts';
import { leastSliceBytes } from '../codec/output.ts';
import type { SubackReturnCode } from '../codec/packet.ts';
import type { Qos } from '../message.ts';
import type { DialAddress } from '../transport/dial.ts';
import { unlessAborted, type WaitOptions } from './abort.ts';
import { formatAddress } from './address.ts';
import { checkedFilters } from './checked-filters.ts';
import type { CoreOptions, Filters } from './core/client-port.ts';
import { ConnectRefused, Disconnected, SubscribeRefused } from './core/errors.ts';
import { topicBytes } from './core/known-topics.ts';
import { OutgoingMessage } from './core/outgoing-message.ts';
import { checkPublishLength } from './core/packet-length.ts';
import type { ReceivedMessage } from './core/received-message.ts';
import { Edge } from './edge.ts';
import { Happenings } from './happenings.ts';
import type { KeptClient } from './kept-session.ts';
import { bytesOf, type ClientEvents, type ClientOptions, defaults, isQos } from './options.ts';
import { type Grant, Subscription } from './subscription.ts';

export interface PublishOptions {
  /** 0 unless told otherwise. */
  readonly qos?: Qos;
  /** The server keeps the message for subscriptions to come (section 3.3.1.3); false unless told otherwise. */
  readonly retain?: boolean;
  /** Ends the waiting. The message may still arrive. */
  readonly signal?: AbortSignal;
}

export interface SubscribeOptions {
  /** The highest QoS at which messages are wanted; 0 unless told otherwise. */
  readonly qos?: Qos;
  /** Keeps what is granted where the server refuses the rest, of which `refused` tells; false unless told otherwise. */
  readonly partly?: boolean;
  /** Takes the messages. Left out: the subscription is iterated over. */
  readonly onMessage?: (message: ReceivedMessage) => void;
  /** Ends the waiting, and the subscription with it. */
  readonly signal?: AbortSignal;
}

export interface EndOptions extends WaitOptions {
  /** Waits until everything that was published is acknowledged; false unless told otherwise. */
  readonly settle?: boolean;
}

/** What is asked of the server by one SUBSCRIBE. */
interface Wish {
  readonly filters: Filters;
  readonly qos: Qos;
  readonly partly: boolean;
}

const sent: Promise<void> = Promise.resolve();
const noOptions = {};

export interface ClientParts {
  readonly core: CoreOptions;
  readonly kept: KeptClient | undefined;
}

/** A client of a server. Made by `connect`. */
export class Client implements AsyncDisposable {
  readonly #edge: Edge;
  readonly #clientId: string;
  readonly #happenings = new Happenings();
  #ended: Promise<void> | undefined;

  /** Called by `connect` alone. */
  constructor(address: DialAddress, options: ClientOptions, { core, kept }: ClientParts) {
    const { clock = wakefulClock } = options;
    this.#clientId = core.connect.clientId;
    this.#edge = new Edge({ address, options, core, clock, happenings: this.#happenings, store: kept?.store });
  }

  /** Client Identifier of the session. */
  get clientId(): string {
    return this.#clientId;
  }

  /** Where the server is, without credentials. */
  get address(): string {
    return formatAddress(this.#edge.address);
  }

  /** Whether CONNACK has come, and the connection is open. */
  get isConnected(): boolean {
    return this.#edge.core.isConnected;
  }

  /** What the last CONNACK said of the session (section 3.2.2.2). */
  get sessionPresent(): boolean {
    return this.#happenings.sessionPresent;
  }

  /** Messages that wait for a connection or for their acknowledgement. */
  get pendingMessages(): number {
    return this.#edge.core.pendingMessages;
  }

  on<E extends keyof ClientEvents>(event: E, listener: (value: ClientEvents[E]) => void): this {
    this.#happenings.on(event, listener);
    return this;
  }

  off<E extends keyof ClientEvents>(event: E, listener: (value: ClientEvents[E]) => void): this {
    this.#happenings.off(event, listener);
    return this;
  }

  /**
   * Publishes a message. Resolves when the QoS says so: at QoS 0 when it is on its way (later, where the stream is full), at QoS 1 at
   * PUBACK, at QoS 2 at PUBCOMP. Above QoS 0 the payload must not be changed before.
   * Rejects with TypeError (not a Topic Name), RangeError (too long for a packet, section 2.2.3), QueueFull, FateUnknown, ClientEnded, or the signal's reason.
   */
  publish(topicName: string, payload: string | Uint8Array, options: PublishOptions = noOptions): Promise<void> {
    try {
      const { qos = 0, retain = false, signal } = options;
      signal?.throwIfAborted();
      const bytes = bytesOf(payload);
      const published =
        qos === 0 ? this.#publishOnce(topicName, bytes, retain) : this.#publish(topicName, bytes, qos, retain);
      return signal === undefined ? published : unlessAborted(published, signal);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Subscribes to one Topic Filter, or to several by one packet. Resolves at SUBACK: with what was granted, and the messages.
   * Rejects with SubscribeRefused where the server refuses one of them (then none is kept; with `partly` where it refuses all), TypeError, RangeError, QueueFull, ClientEnded, or the signal's reason.
   */
  async subscribe(
    topicFilters: string | readonly string[],
    options: SubscribeOptions = noOptions,
  ): Promise<Subscription> {
    const { qos = 0, partly = false, onMessage, signal } = options;
    const filters = checkedFilters(topicFilters, 'SUBSCRIBE');
    if (!isQos(qos)) throw new TypeError(`qos: expected 0, 1 or 2, got ${String(qos)} (MQTT-3.8.3-4)`);
    signal?.throwIfAborted();
    const subscription = this.#subscription(filters, onMessage);
    try {
      await unlessAborted(this.#subscribe({ filters, qos, partly }, subscription), signal);
      return subscription;
    } catch (error) {
      subscription.unsubscribe().catch(() => {}); // refused, or the client is gone: nothing is left to be ended
      throw error;
    }
  }

  /**
   * Ends all subscriptions to Topic Filters, those of other parts of the program too. Resolves at UNSUBACK.
   * Rejects with TypeError, RangeError, QueueFull, ClientEnded, or the signal's reason.
   */
  async unsubscribe(topicFilters: string | readonly string[], { signal }: WaitOptions = noOptions): Promise<void> {
    const filters = checkedFilters(topicFilters, 'UNSUBSCRIBE');
    signal?.throwIfAborted();
    const answer = new Promise<void>((done, failed) =>
      this.#edge.core.topics.unsubscribeAll(filters, { done, failed }),
    );
    await unlessAborted(answer, signal);
  }

  /** Asks for a sign of life: PINGREQ, at any time (MAY-3.1.2.10-c). Resolves at PINGRESP with the milliseconds between. Rejects with Disconnected, or the signal's reason. */
  async ping({ signal }: WaitOptions = noOptions): Promise<number> {
    signal?.throwIfAborted();
    const askedAt = this.#edge.now();
    const answer = new Promise<void>((done, failed) => {
      if (!this.#edge.core.ping({ done, failed }, askedAt))
        failed(new Disconnected('unreachable', 'cannot ping: the client is not connected'));
    });
    await unlessAborted(answer, signal);
    return this.#edge.now() - askedAt;
  }

  /** Ends the connection by DISCONNECT, and the client. Resolves when the stream is closed. */
  end({ settle = false, signal }: EndOptions = noOptions): Promise<void> {
    if (signal === undefined && !settle) return this.#end();
    const settled = settle ? new Promise<void>((done) => this.#edge.core.outbox.whenIdle(done)) : sent;
    return unlessAborted(
      unlessAborted(settled, signal).then(() => this.#end()),
      signal,
    );
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.end();
  }

  /** Called by `connect` alone: dials, and resolves once CONNACK has come. */
  open(signal: AbortSignal | undefined): Promise<this> {
    const opened = new Promise<this>((resolve, reject) => {
      this.#happenings.opening({ done: () => resolve(this), failed: reject });
      this.#edge.dial();
    });
    return unlessAborted(opened, signal).catch(async (error: unknown) => {
      // Who refuses closes the stream too; nobody else has to be waited for.
      if (!(error instanceof ConnectRefused)) this.#ended ??= this.#edge.breakOff();
      await this.end();
      throw error;
    });
  }

  #end(): Promise<void> {
    this.#ended ??= this.#edge.end();
    return this.#ended;
  }

  #publishOnce(topicName: string, payload: Uint8Array, retain: boolean): Promise<void> {
    const { core } = this.#edge;
    const mustLeave = payload.length >= leastSliceBytes;
    if (mustLeave) checkPublishLength(topicName, payload, 0);
    if (core.publishAtOnce(topicName, payload, retain)) return this.#edge.room(mustLeave) ?? sent;
    topicBytes(topicName);
    const message = new OutgoingMessage({ topicName, payload, qos: 0, retain });
    core.outbox.later(message);
    const settled = message.settled();
    return mustLeave ? settled.then(() => this.#edge.room(true)) : settled;
  }

  #publish(topicName: string, payload: Uint8Array, qos: Qos, retain: boolean): Promise<void> {
    // MQTT-3.3.1-4
    if (qos !== 1 && qos !== 2) throw new TypeError(`qos: expected 0, 1 or 2, got ${String(qos)} (MQTT-3.3.1-4)`);
    checkPublishLength(topicName, payload, qos);
    const message = new OutgoingMessage({ topicName, payload, qos, retain });
    const settled = message.settled();
    this.#edge.core.outbox.surely(message, qos);
    this.#edge.sessionChanged();
    return settled;
  }

  #subscription(filters: Filters, onMessage: ((message: ReceivedMessage) => void) | undefined): Subscription {
    const { core } = this.#edge;
    const { maxUnreadMessages = defaults.maxUnreadMessages, maxUnreadBytes = defaults.maxUnreadBytes } =
      this.#edge.options;
    const subscription: Subscription = new Subscription({
      onMessage,
      valve: { full: () => core.full(), drained: () => core.drained(this.#edge.now()) },
      limits: { maxMessages: maxUnreadMessages, maxBytes: maxUnreadBytes },
      unsubscribe: () =>
        new Promise((done, failed) => core.topics.unsubscribe(filters, subscription, { done: () => done(), failed })),
    });
    return subscription;
  }

  #subscribe({ filters, qos, partly }: Wish, taker: Subscription): Promise<void> {
    const { topics } = this.#edge.core;
    return new Promise((done, failed) => {
      const answered = (returnCodes: readonly SubackReturnCode[]): void => {
        const refused = returnCodes.includes(0x80) ? new SubscribeRefused(filters, returnCodes) : undefined;
        if (refused !== undefined && (!partly || refused.topicFilters.length === filters.length))
          return failed(refused);
        const grants: Grant[] = [];
        filters.forEach((topicFilter, i) => {
          const qos = returnCodes[i] as SubackReturnCode;
          if (qos === 0x80) topics.subscriptions.remove(topicFilter, taker);
          else grants.push({ topicFilter, qos });
        });
        taker.granted(grants);
        if (refused !== undefined) this.#happenings.tell('refused', refused);
        done();
      };
      topics.subscribe(filters, qos, { taker, answered, failed });
    });
  }
}
