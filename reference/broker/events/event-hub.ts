// Several listeners for each event of the core. In: listeners, events. Out: calls. An event without listeners costs nothing.
import type { BrokerEvents } from '../core/events.ts';

export type EventName = keyof BrokerEvents;
export type EventListener<Name extends EventName> = NonNullable<BrokerEvents[Name]>;

const eventNames = [
  'connected',
  'disconnected',
  'subscribed',
  'unsubscribed',
  'published',
  'refused',
  'denied',
  'closed',
] as const satisfies readonly EventName[];

const namingPeers = eventNames.filter((name) => name !== 'published' && name !== 'denied');

type Listeners = { [Name in EventName]?: EventListener<Name>[] };

/** Calls a listener of the program that embeds the broker: what it throws surfaces as an uncaught exception, and harms no client. */
export function callSafely<Event>(listener: (event: Event) => void, event: Event): void {
  try {
    listener(event);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}

/** What the core calls is `events`: a property is there only while somebody listens. */
export class EventHub {
  readonly events: { -readonly [Name in EventName]?: EventListener<Name> } = {};
  readonly #listeners: Listeners = {};

  /** Whether an event says whose connection it is about. */
  get namesPeers(): boolean {
    return namingPeers.some((name) => this.events[name] !== undefined);
  }

  /** Listens until the returned value is disposed. */
  on<Name extends EventName>(name: Name, listener: EventListener<Name>): Disposable {
    // An object of its own: the same function may listen twice.
    const entry = ((event: never) => callSafely(listener as (event: never) => void, event)) as EventListener<Name>;
    this.#change(name, [...(this.#listeners[name] ?? []), entry]);
    return {
      [Symbol.dispose]: () =>
        this.#change(
          name,
          (this.#listeners[name] ?? []).filter((one) => one !== entry),
        ),
    };
  }

  /** Listens with all listeners of an object, which stay its methods. */
  add(listeners: BrokerEvents): void {
    for (const name of eventNames)
      if (listeners[name] !== undefined) this.on(name, ((event: never) => listeners[name]?.(event)) as never);
  }

  #change<Name extends EventName>(name: Name, listeners: readonly EventListener<Name>[]): void {
    (this.#listeners as Record<EventName, readonly unknown[]>)[name] = listeners;
    const [first, ...others] = listeners;
    if (first === undefined) delete this.events[name];
    else if (others.length === 0) this.events[name] = first;
    else this.events[name] = toAll(listeners);
  }
}

function toAll<Name extends EventName>(listeners: readonly EventListener<Name>[]): EventListener<Name> {
  return ((event: never) => {
    for (const listener of listeners) (listener as (event: never) => void)(event);
  }) as EventListener<Name>;
}
