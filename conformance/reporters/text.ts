// Text from a target is hostile: it goes to terminals, XML and TAP. In: any string. Out: one that can be shown anywhere.

/**
 * Control characters, lone surrogates and non-characters: illegal in XML 1.0, or orders to a terminal; and what changes direction or
 * cannot be seen. Line feeds stay.
 */
export const unshowable = /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Noncharacter_Code_Point}\u2028\u2029]/gu;

/** A character by its number. */
export function escaped(character: string): string {
  const hex = (character.codePointAt(0) ?? 0).toString(16);
  return hex.length > 4 ? `\\u{${hex}}` : `\\u${hex.padStart(4, '0')}`;
}

/** The text with everything that cannot be shown written as `\u0007`; line feeds stay. */
export const visible = (text: string): string => text.replaceAll('\r\n', '\n').replace(unshowable, escaped);

/** The text on one line. */
export const oneLine = (text: string): string =>
  visible(text)
    .replace(/\s*\n\s*/g, ' ')
    .trim();

/** Signs of ours that have a likeness in ASCII. */
const likeness: Readonly<Record<string, string>> = {
  '…': '...',
  '→': '->',
  '←': '<-',
  '–': '-',
  '×': 'x',
  '·': '-',
  ' ': ' ',
};

/** For terminals without Unicode. */
export const ascii = (text: string): string =>
  text.replace(/[^\n -~]/gu, (character) => likeness[character] ?? escaped(character));

/** Cut to a number of columns. */
export const cut = (text: string, columns: number): string =>
  text.length <= columns ? text : `${text.slice(0, Math.max(0, columns - 3))}...`;

export interface WrapOptions {
  readonly columns: number;
  /** Before the first line. */
  readonly first: string;
  /** Before the others; as many blanks as `first` is long unless told otherwise. */
  readonly next?: string;
}

/** Lines of at most so many columns; words that are longer than a line are broken. */
export function wrap(text: string, { columns, first, next = ' '.repeat(first.length) }: WrapOptions): string[] {
  const room = Math.max(1, columns - Math.max(first.length, next.length));
  const lines: string[] = [];
  let line = '';
  for (const word of oneLine(text).split(' ')) {
    let rest = word;
    if (line !== '' && line.length + 1 + rest.length > room) {
      lines.push(line);
      line = '';
    }
    while (rest.length > room) {
      lines.push(rest.slice(0, room));
      rest = rest.slice(room);
    }
    line = line === '' ? rest : `${line} ${rest}`;
  }
  lines.push(line);
  return lines.map((part, i) => `${i === 0 ? first : next}${part}`);
}

/** `1 scenario`, `2 scenarios`. */
export const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;

/** `0.42 s`, `12 s`, `2 min 5 s`. */
export function duration(ms: number): string {
  const seconds = ms / 1_000;
  if (seconds < 10) return `${seconds.toFixed(2)} s`;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** An address as the user gave it, without its password. */
export function withoutPassword(address: string): string {
  const [scheme = ''] = /^\w+:\/\//.exec(address) ?? [];
  return `${scheme}${address.slice(scheme.length).replace(/^([^:@/]*):.*@/, '$1:***@')}`;
}
