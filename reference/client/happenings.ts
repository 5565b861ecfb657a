// What happens to a client. In: the edge's word. Out: to listeners, and to `connect`, which waits for CONNACK or the end.
import { EventEmitter } from 'node:events';
import type { Waiting } from './core/client-port.ts';
import { handOver } from './hand-over.ts';
import type { ClientEvents } from './options.ts';

type Listener<E extends keyof ClientEvents> = (value: ClientEvents[E]) => void;

export class Happenings {
  #events: EventEmitter | undefined;
  /** Waits for the first CONNACK. */
  #opening: Waiting | undefined;
  /** What the last CONNACK said. */
  sessionPresent = false;

  on<E extends keyof ClientEvents>(event: E, listener: Listener<E>): void {
    this.#events ??= new EventEmitter();
    this.#events.on(event, listener);
  }

  off<E extends keyof ClientEvents>(event: E, listener: Listener<E>): void {
    this.#events?.off(event, listener);
  }

  opening(waiting: Waiting): void {
    this.#opening = waiting;
  }

  connected(event: ClientEvents['connected']): void {
    this.sessionPresent = event.sessionPresent;
    this.#opening?.done();
    this.#opening = undefined;
    this.tell('connected', event);
  }

  ended(reason: ClientEvents['ended']): void {
    this.#opening?.failed(reason);
    this.#opening = undefined;
    this.tell('ended', reason);
  }

  /** Who throws keeps nobody else from being told. */
  tell<E extends keyof ClientEvents>(event: E, value: ClientEvents[E]): void {
    const listeners = (this.#events?.listeners(event) ?? []) as Listener<E>[];
    for (const listener of listeners) handOver(value, listener);
  }
}
