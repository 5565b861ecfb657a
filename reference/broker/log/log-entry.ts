// What a log is made of, and how a line of it looks. In: an entry. Out: text, or JSON.

export const logLevels = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof logLevels)[number];

/** One thing that happened. Nothing of it is ever a password or a payload. */
export interface LogEntry {
  readonly time: Date;
  readonly level: LogLevel;
  /** What happened, in two or three words that stay the same: `connected`, `CONNECT refused`. */
  readonly event: string;
  /** Counted from 1, in the order in which connections came; left out where it is about none. */
  readonly connectionId?: number;
  /** What else is known, by the names of the standard. */
  readonly fields: LogFields;
}

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** `2026-01-31T12:00:00.000Z info #7 connected clientId="c" sessionPresent=false`: whatever clients send stays on its line. */
export function textLine({ time, level, event, connectionId, fields }: LogEntry): string {
  const known = Object.entries(fields).filter(([, value]) => value !== undefined);
  const parts = known.map(([name, value]) => `${name}=${typeof value === 'string' ? quote(value) : value}`);
  const who = connectionId === undefined ? [] : [`#${connectionId}`];
  return [time.toISOString(), level, ...who, event, ...parts].join(' ');
}

/** The entry as one line of JSON. */
export function jsonLine({ time, level, event, connectionId, fields }: LogEntry): string {
  return plain(JSON.stringify({ time: time.toISOString(), level, event, connectionId, ...fields }));
}

/** The beginning of a long text: of what clients send, a name may have 65,535 bytes. */
export const shortened = (text: string, mostCharacters: number): string =>
  text.length > mostCharacters ? `${text.slice(0, mostCharacters)}… (${text.length} characters)` : text;

/** Text in quotes; neither control characters nor those that turn the writing round are shown as they are. */
export const quote = (text: string): string => plain(JSON.stringify(text));

const plain = (json: string): string =>
  json.replace(
    /[\u007F-\u009F\u200B-\u200F\u2028-\u202E\u2066-\u2069\uFEFF]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
