// What of a broker's life is logged, and at which level. In: events. Out: entries.
import type { BrokerEvents } from '../core/events.ts';
import type { EndReason } from '../core/rules/connect.ts';
import { type LogEntry, type LogFields, type LogLevel, logLevels, shortened } from './log-entry.ts';

export interface LogOptions {
  /** Entries below are not made; `info` unless told otherwise. */
  readonly level?: LogLevel;
  readonly write: (entry: LogEntry) => void;
  /** Time of day. */
  readonly date?: () => Date;
}

/** More are counted, and left out. */
const mostEntriesPerSecond = 1_000;
/** Of a field; more of a client id, user name or topic is left out. */
const mostCharacters = 256;

export class BrokerLog {
  readonly #most: number;
  readonly #write: (entry: LogEntry) => void;
  readonly #date: () => Date;
  #second = 0;
  #entries = 0;
  #leftOut = 0;

  constructor({ level = 'info', write, date = () => new Date() }: LogOptions) {
    this.#most = logLevels.indexOf(level);
    this.#write = write;
    this.#date = date;
  }

  shows(level: LogLevel): boolean {
    return logLevels.indexOf(level) <= this.#most;
  }

  entry(level: LogLevel, event: string, fields: LogFields & { readonly connectionId?: number } = {}): void {
    if (!this.shows(level)) return;
    const { connectionId, ...others } = fields;
    const who = connectionId === undefined ? {} : { connectionId };
    const time = this.#date();
    if (this.#hasRoom(time)) this.#write({ time, level, event, ...who, fields: bounded(others) });
    else this.#leftOut++;
  }

  /** Clients that misbehave as fast as they can shall not fill a disk. */
  #hasRoom(time: Date): boolean {
    const second = Math.floor(time.getTime() / 1_000);
    if (second !== this.#second) {
      const count = this.#leftOut;
      [this.#second, this.#entries, this.#leftOut] = [second, 0, 0];
      if (count > 0) this.#write({ time, level: 'warn', event: 'entries left out', fields: { count } });
    }
    return ++this.#entries <= mostEntriesPerSecond;
  }

  /** What to listen to: nothing that this level does not show. */
  events(): BrokerEvents {
    return {
      ...this.#always(),
      ...(this.shows('info') ? this.#info() : {}),
      ...(this.shows('debug') ? this.#debug() : {}),
    };
  }

  #always(): BrokerEvents {
    return {
      disconnected: ({ reason, ...others }) => this.entry(levelOf(reason), 'disconnected', { ...others, reason }),
      closed: ({ reason, ...others }) => this.entry(levelOf(reason, 'debug'), 'closed', { ...others, reason }),
      refused: (event) => this.entry('warn', 'CONNECT refused', { ...event }),
      denied: ({ kind, ...others }) => this.entry('warn', `${kind} denied`, others),
    };
  }

  #info(): BrokerEvents {
    return { connected: (event) => this.entry('info', 'connected', { ...event }) };
  }

  #debug(): BrokerEvents {
    return {
      subscribed: (event) => this.entry('debug', 'subscribed', { ...event }),
      unsubscribed: (event) => this.entry('debug', 'unsubscribed', { ...event }),
      published: ({ topicName, qos, retain, payload }) =>
        this.entry('debug', 'published', { topicName, qos, retain, payloadBytes: payload.length }),
    };
  }
}

const worthAWarning: ReadonlySet<EndReason> = new Set(['malformed packet', 'protocol violation', 'takes nothing']);

const levelOf = (reason: EndReason, usual: LogLevel = 'info'): LogLevel => (worthAWarning.has(reason) ? 'warn' : usual);

const bounded = (fields: LogFields): LogFields =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === 'string' ? shortened(value, mostCharacters) : value,
    ]),
  );
