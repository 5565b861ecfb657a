// Text → fixture. In: the text and its name. Out: the conversation, or an error that names file and line. Knows no file system.
import { type Fixture, type FixtureEvent, type FixtureHead, type HeadKey, headKeys } from './fixture.ts';

/** First line of every fixture. */
export const fixtureMark = 'mqttspec fixture 1';

/** A text that is no fixture. The message begins with `file:line`. */
export class FixtureError extends Error {
  readonly file: string;
  readonly line: number;
  constructor(file: string, line: number, problem: string) {
    super(`${file}:${line}: ${problem}`);
    this.name = 'FixtureError';
    this.file = file;
    this.line = line;
  }
}

/** Where something stands in a text, for errors. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

/** Bytes from hex; blanks may stand anywhere between two digits of different bytes. Throws FixtureError. */
export function parseHex(text: string, { file, line }: Place): Uint8Array {
  const stranger = /[^0-9a-fA-F\s]/.exec(text)?.[0];
  if (stranger !== undefined) throw new FixtureError(file, line, `expected hex digits, got "${stranger}"`);
  for (const group of text.split(/\s+/)) {
    if (group.length % 2 === 1)
      throw new FixtureError(file, line, `"${group}" has half a byte: write two digits a byte`);
  }
  return new Uint8Array(Buffer.from(text.replace(/\s+/g, ''), 'hex'));
}

/** Reads a fixture. `file` is the name that errors show. Throws FixtureError. */
export function parseFixture(text: string, file: string): Fixture {
  const lines = text.split(/\r?\n/);
  if (lines[0]?.trim() !== fixtureMark) {
    throw new FixtureError(file, 1, `expected "${fixtureMark}", got "${(lines[0] ?? '').slice(0, 40)}"`);
  }
  const firstEvent = lines.findIndex((line, i) => i > 0 && line.trim() === '');
  const headEnd = firstEvent < 0 ? lines.length : firstEvent;
  const head = parseHead(lines.slice(1, headEnd), file);
  return { head, events: new EventReader(file).read(lines, headEnd) };
}

function parseHead(lines: readonly string[], file: string): FixtureHead {
  const values = new Map<HeadKey, string[]>();
  for (const [i, text] of lines.entries()) {
    if (text.startsWith('#')) continue;
    const [, key = '', value = ''] = /^([a-z]+): *(.*?)\s*$/.exec(text) ?? [];
    const known = headKeys.find((one) => one === key);
    if (known === undefined) {
      throw new FixtureError(
        file,
        i + 2,
        `expected one of ${headKeys.join(', ')} and a colon, got "${text.slice(0, 40)}"`,
      );
    }
    if (value === '') throw new FixtureError(file, i + 2, `"${key}" is empty`);
    values.set(known, [...(values.get(known) ?? []), value]);
  }
  const title = values.get('title')?.join(' ');
  if (title === undefined) throw new FixtureError(file, 1, 'the head has no "title"');
  values.delete('title');
  return { ...Object.fromEntries(values), title };
}

const eventLine = /^(\d+\.\d{3})\s+(\S+)\s+([<>])\s+(.*)$/;

class EventReader {
  readonly #file: string;
  readonly #events: FixtureEvent[] = [];
  readonly #open = new Set<string>();
  #lastAtMs = 0;

  constructor(file: string) {
    this.#file = file;
  }

  read(lines: readonly string[], from: number): readonly FixtureEvent[] {
    for (let i = from; i < lines.length; i++) {
      const { text, comment } = withoutComment(lines[i] ?? '');
      if (text.trim() === '') continue;
      if (/^\s/.test(text)) this.#goOn(text, comment, i + 1);
      else this.#begin(text, comment, i + 1);
    }
    return this.#events;
  }

  #begin(text: string, comment: string, line: number): void {
    const [, time = '', connection = '', arrow = '', what = ''] =
      eventLine.exec(text) ?? this.#fail(line, noEvent(text));
    const atMs = Math.round(Number(time) * 1_000);
    if (atMs < this.#lastAtMs) this.#fail(line, `time ${time} is before that of the line above`);
    this.#lastAtMs = atMs;
    const moment = {
      connection,
      by: arrow === '>' ? 'client' : 'server',
      atMs,
      line,
      ...(comment === '' ? {} : { comment }),
    } as const;
    const word = what.trim();
    if (word === 'open') {
      if (this.#open.has(connection))
        this.#fail(line, `"${connection}" is open already: give another connection another name`);
      this.#open.add(connection);
      this.#events.push({ ...moment, kind: 'open' });
      return;
    }
    if (!this.#open.has(connection))
      this.#fail(line, `"${connection}" was not opened before: "${time} ${connection} > open"`);
    if (word === 'fin' || word === 'rst') this.#events.push({ ...moment, kind: word });
    else this.#events.push({ ...moment, kind: 'bytes', bytes: parseHex(word, { file: this.#file, line }) });
  }

  /** A line that begins with a blank goes on with the bytes of the line above. */
  #goOn(text: string, comment: string, line: number): void {
    const last = this.#events.pop();
    if (last?.kind !== 'bytes')
      return this.#fail(line, 'a line that begins with a blank goes on with bytes, but above are none');
    const bytes = Buffer.concat([last.bytes, parseHex(text, { file: this.#file, line })]);
    const words = [last.comment, comment].filter((one) => one !== undefined && one !== '').join(' ');
    this.#events.push({ ...last, bytes: new Uint8Array(bytes), ...(words === '' ? {} : { comment: words }) });
  }

  #fail(line: number, problem: string): never {
    throw new FixtureError(this.#file, line, problem);
  }
}

const noEvent = (text: string): string =>
  `expected time in seconds, connection, > or <, and open, fin, rst or hex ("0.012 publisher > C0 00"), got "${text.slice(0, 40)}"`;

function withoutComment(line: string): { text: string; comment: string } {
  const at = line.indexOf('#');
  return at < 0 ? { text: line, comment: '' } : { text: line.slice(0, at), comment: line.slice(at + 1).trim() };
}
