// SUBSCRIBE and UNSUBSCRIBE that wait for their answer, also while nobody is connected or many others are under way. In: requests and
// answers. Out, through a port: packets. MQTT sends neither again by itself: on a new connection each is asked anew.
import type { Packet, SubackReturnCode, Subscribe, Unsubscribe } from '../../codec/packet.ts';
import type { PacketId } from '../../message.ts';

/** What is asked of the server, and who waits for the answer. */
export type Request =
  | {
      readonly type: 'subscribe';
      readonly subscriptions: Subscribe['subscriptions'];
      answered(returnCodes: readonly SubackReturnCode[]): void;
      failed(error: Error): void;
    }
  | {
      readonly type: 'unsubscribe';
      readonly topicFilters: Unsubscribe['topicFilters'];
      answered(): void;
      failed(error: Error): void;
    };

export interface RequestPort {
  reserveId(): PacketId;
  releaseId(packetId: PacketId): void;
  send(packet: Packet): void;
}

/** Identifiers that requests hold at the same time: messages in flight may hold 65,000 of 65,535 (section 2.3.1). */
const mostAsked = 500;

export class Requests {
  readonly #port: RequestPort;
  /** Made at first use. */
  #asked: Map<PacketId, Request> | undefined;
  #waiting: Request[] = [];
  #connected = false;

  constructor(port: RequestPort) {
    this.#port = port;
  }

  ask(request: Request): void {
    if (this.#connected && this.#waiting.length === 0 && this.#askedNow < mostAsked) this.#send(request);
    else this.#waiting.push(request);
  }

  /** Whether as many wait for a connection as may. */
  isFull(most: number): boolean {
    return !this.#connected && this.#waiting.length >= most;
  }

  /** Whether a subscription to this filter waits to be sent. */
  asksFor(topicFilter: string): boolean {
    return this.#waiting.some(
      (request) => request.type === 'subscribe' && request.subscriptions.some((one) => one.topicFilter === topicFilter),
    );
  }

  connected(): void {
    this.#connected = true;
    this.#fill();
  }

  disconnected(): void {
    this.#connected = false;
    if (this.#asked === undefined) return;
    for (const packetId of this.#asked.keys()) this.#port.releaseId(packetId);
    this.#waiting = [...this.#asked.values(), ...this.#waiting];
    this.#asked = undefined;
  }

  /** SUBACK. False where it answers nothing, or not with one code for each filter (MQTT-3.8.4-5): a violation. */
  suback(packetId: PacketId, returnCodes: readonly SubackReturnCode[]): boolean {
    const request = this.#asked?.get(packetId);
    if (request?.type !== 'subscribe' || request.subscriptions.length !== returnCodes.length) return false;
    this.#forget(packetId);
    request.answered(returnCodes);
    return true;
  }

  /** UNSUBACK. False where it answers nothing. */
  unsuback(packetId: PacketId): boolean {
    const request = this.#asked?.get(packetId);
    if (request?.type !== 'unsubscribe') return false;
    this.#forget(packetId);
    request.answered();
    return true;
  }

  /** Nothing will be answered any more. */
  fail(why: () => Error): void {
    this.disconnected();
    if (this.#waiting.length === 0) return;
    const error = why();
    for (const request of this.#waiting.splice(0)) request.failed(error);
  }

  /** MQTT-2.3.1-3: free for something new from here on. */
  #forget(packetId: PacketId): void {
    this.#asked?.delete(packetId);
    this.#port.releaseId(packetId);
    // Taking the first of an array costs its length: many at once.
    if (this.#waiting.length > 0 && this.#askedNow * 2 <= mostAsked) this.#fill();
  }

  get #askedNow(): number {
    return this.#asked?.size ?? 0;
  }

  #fill(): void {
    for (const request of this.#waiting.splice(0, mostAsked - this.#askedNow)) this.#send(request);
  }

  #send(request: Request): void {
    const packetId = this.#port.reserveId();
    this.#asked ??= new Map();
    this.#asked.set(packetId, request);
    if (request.type === 'subscribe') {
      this.#port.send({ type: 'subscribe', packetId, subscriptions: request.subscriptions });
    } else this.#port.send({ type: 'unsubscribe', packetId, topicFilters: request.topicFilters });
  }
}
