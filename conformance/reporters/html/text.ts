// What comes from a target is made harmless and visible before it is shown.
import type { StatementVerdict } from '../../verdict/verdict.ts';

/** Control characters, bidirectional marks and what has no width: a reader's screen shall not get them as they are. */
const invisible = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;

/** Control and bidirectional characters as escapes; long texts cut. */
export function shown(text: string, most = 600): string {
  const cut = text.length > most ? `${text.slice(0, most)}… (${text.length} characters)` : text;
  return cut.replace(invisible, (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`);
}

/** Class of a verdict in the style sheet. */
export function classOf(verdict: StatementVerdict): string {
  if (verdict === 'not applicable') return 'na';
  return verdict === 'not observable' ? 'no' : verdict;
}

/** One sign a verdict: the grid tells verdicts by colour, shape and sign. */
export const signs: Readonly<Record<StatementVerdict, string>> = {
  pass: '✓',
  fail: '✗',
  warn: '!',
  observed: 'o',
  skipped: '–',
  inconclusive: '?',
  error: 'E',
  'not applicable': '·',
  'not observable': ' ',
};

/** Anchor of a scenario: its id, and the protocol where it is not 3.1.1. */
export const anchorOf = ({ id, protocol }: { id: string; protocol: string }): string =>
  protocol === '3.1.1' ? id : `${id}@${protocol}`;
