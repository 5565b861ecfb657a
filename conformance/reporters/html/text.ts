// What comes from a target is made harmless and visible before it is shown. In: texts and verdicts. Out: texts, classes, anchors.
import type { Check, ScenarioResult, StatementVerdict } from '../../verdict/verdict.ts';
import { duration, escaped, unshowable } from '../text.ts';

/** What can't be seen as escapes; long texts cut. Line feeds stay. */
export function shownLines(text: string, most = 2_000): string {
  const cut = text.length > most ? `${text.slice(0, most)}… (${text.length} characters)` : text;
  return plain.test(cut) ? cut : cut.replace(unshowable, escaped);
}

/** Nothing of these has to be made visible, and nearly all texts are of these. */
const plain = /^[\n -~…]*$/;

/** The same on one line: a line feed is shown as an escape. */
export const shown = (text: string, most = 600): string => shownLines(text, most).replaceAll('\n', '\\u000a');

/** Class of a verdict in the style sheet: one letter, for there are thousands. */
export const classOf: Readonly<Record<StatementVerdict, string>> = {
  pass: 'p',
  fail: 'f',
  warn: 'w',
  observed: 'o',
  skipped: 's',
  inconclusive: 'i',
  error: 'e',
  'not applicable': 'n',
  'not observable': 'u',
};

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
  'not observable': '∅',
};

/** Anchor of a scenario: its id, and the protocol where it is not 3.1.1. */
export const anchorOf = ({ id, protocol }: Pick<ScenarioResult, 'id' | 'protocol'>): string =>
  protocol === '3.1.1' ? id : `${id}@${protocol}`;

/** Anchor of the scenarios of a folder of the suite. */
export const folderAnchor = (folder: string): string => `page-in-${folder.replace(/[^\w.-]+/g, '-')}`;

/** Evidence of these is shown whole; that of the others in brief. */
export const isBrief = (verdict: ScenarioResult['verdict'] | Check['verdict']): boolean =>
  verdict === 'pass' || verdict === 'observed' || verdict === 'skipped';

/** `2.5 ms`, `1.24 s`, `2 min 5 s`. */
export const timeText = (ms: number): string => (ms < 1_000 ? `${Number(ms.toFixed(1))} ms` : duration(ms));

/** How often a failure was the same when it was played again, with a separator before it; nothing where it was not. */
export function stabilityText({ stability }: Pick<ScenarioResult, 'stability'>): string {
  if (stability === undefined) return '';
  const { runs, same } = stability;
  if (runs === 1) return ' · not repeated';
  return ` · ${same === runs ? 'stable' : 'unstable'}, ${same} of ${runs} times the same`;
}
