// Filters, and names that they match and that they do not: section 4.7.
import type { StatementId } from '../../../spec/catalogue.ts';

interface Row {
  readonly id: string;
  readonly cites: StatementId;
  /** Below a prefix that ends in a level of its own. */
  readonly filter: string;
  readonly matched: readonly string[];
  readonly unmatched: readonly string[];
}

/** Characters of no width, or that look like none; each may be all that tells two topics apart. */
const unseen = ['\u00ad', '\u180e', '\u200b', '\u200d', '\u200e', '\u2060', '\ufe0f', '\ufeff'];
/** Blanks that are none of ASCII, and characters whose meaning is private. */
const unlikely = ['\u00a0', '\u2028', '\u3000', '\ue000', '\ufffa', '\u{e0041}', '\u{f0000}'];

/** A topic of all these characters; none of the topics that lack one of them is the same. */
const withEach = (id: string, characters: readonly string[]): Row => {
  const without = (left?: string): string =>
    `/x${characters.map((one, i) => `${one === left ? '' : one}${i}`).join('')}`;
  const unmatched = characters.map((one) => without(one));
  return { id, cites: 'MQTT-4.7.3-4', filter: without(), matched: [without()], unmatched };
};

export const rows: readonly Row[] = [
  {
    id: 'hash-and-its-parent',
    cites: 'MQTT-4.7.1-2',
    filter: '/sport/#',
    matched: ['/sport', '/sport/', '/sport/a', '/sport/a/b/c', '/sport//x', '/sport/\u00e9', '/sport/$a'],
    unmatched: ['/sports', '/spor', '/Sport/a', ''],
  },
  {
    id: 'hash-behind-an-empty-level',
    cites: 'MQTT-4.7.1-2',
    filter: '//#',
    matched: ['/', '//a', '//', '//a/b', '///'],
    unmatched: ['/a', ''],
  },
  {
    id: 'hash-behind-many-levels',
    cites: 'MQTT-4.7.1-2',
    filter: '/b/c/d/e/f/g/h/#',
    matched: ['/b/c/d/e/f/g/h', '/b/c/d/e/f/g/h/i', '/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p'],
    unmatched: ['/b/c/d/e/f/g', '/b/c/d/e/f/g/i', '/b/c/d/e/f/g/hh/i'],
  },
  {
    id: 'hash-behind-plus-at-the-end',
    cites: 'MQTT-4.7.1-2',
    filter: '/+/#',
    matched: ['/a', '/', '/a/', '/a/b/c'],
    unmatched: [''],
  },
  {
    id: 'hash-behind-plus',
    cites: 'MQTT-4.7.1-2',
    filter: '/+/b/#',
    matched: ['/a/b', '/a/b/c', '/c/b/c/d'],
    unmatched: ['/a/c', '/a/a/b', '/b'],
  },
  {
    id: 'plus-at-the-end',
    cites: 'MQTT-4.7.1-3',
    filter: '/p/+',
    matched: ['/p/a', '/p/'],
    unmatched: ['/p', '/p/a/b', '/p/a/', '/q/a'],
  },
  {
    id: 'plus-in-the-middle',
    cites: 'MQTT-4.7.1-3',
    filter: '/p/+/r',
    matched: ['/p/q/r', '/p//r', '/p/\u00e9/r', '/p/q q/r', `/p/${'l'.repeat(100)}/r`],
    unmatched: ['/p/r', '/p/q/q/r', '/p/q/r/s', '/p/q', '/p/q/rs', '/p/q/R', '/pp/q/r'],
  },
  {
    id: 'plus-twice',
    cites: 'MQTT-4.7.1-3',
    filter: '/+/+',
    matched: ['/a/b', '//b', '/a/', '//'],
    unmatched: ['/a', '/', '/a/b/c'],
  },
  {
    id: 'plus-five-times',
    cites: 'MQTT-4.7.1-3',
    filter: '/+/+/+/+/+',
    matched: ['/a/b/c/d/e', '/////', '/a//c//e'],
    unmatched: ['/a/b/c/d', '/a/b/c/d/e/f'],
  },
  {
    id: 'plus-at-the-front',
    cites: 'MQTT-4.7.1-3',
    filter: '/+/x/y',
    matched: ['/a/x/y', '//x/y'],
    unmatched: ['/x/y', '/a/b/x/y', '/a/x'],
  },
  { id: 'plus-alone-below', cites: 'MQTT-4.7.1-3', filter: '/+', matched: ['/a', '/'], unmatched: ['', '/a/b', '/a/'] },
  {
    id: 'case',
    cites: 'MQTT-4.7.3-4',
    filter: '/Level/One',
    matched: ['/Level/One'],
    unmatched: ['/level/one', '/LEVEL/ONE', '/Level/one'],
  },
  {
    id: 'composed-character',
    cites: 'MQTT-4.7.3-4',
    filter: '/\u00e9',
    matched: ['/\u00e9'],
    unmatched: ['/e\u0301', '/e'],
  },
  {
    id: 'decomposed-character',
    cites: 'MQTT-4.7.3-4',
    filter: '/e\u0301',
    matched: ['/e\u0301'],
    unmatched: ['/\u00e9'],
  },
  {
    id: 'compatibility-character',
    cites: 'MQTT-4.7.3-4',
    filter: '/\u212b',
    matched: ['/\u212b'],
    unmatched: ['/\u00c5', '/A\u030a'],
  },
  { id: 'trailing-slash', cites: 'MQTT-4.7.3-4', filter: '/p/', matched: ['/p/'], unmatched: ['/p', '/p//'] },
  { id: 'no-trailing-slash', cites: 'MQTT-4.7.3-4', filter: '/p', matched: ['/p'], unmatched: ['/p/'] },
  {
    id: 'empty-level-inside',
    cites: 'MQTT-4.7.3-4',
    filter: '/p//t',
    matched: ['/p//t'],
    unmatched: ['/p/t', '/p///t'],
  },
  { id: 'no-empty-level-inside', cites: 'MQTT-4.7.3-4', filter: '/p/t', matched: ['/p/t'], unmatched: ['/p//t'] },
  { id: 'blanks', cites: 'MQTT-4.7.3-4', filter: '/ p', matched: ['/ p'], unmatched: ['/p', '/p ', '/  p'] },
  { id: 'blank-level', cites: 'MQTT-4.7.3-4', filter: '/ ', matched: ['/ '], unmatched: ['/', '/  '] },
  {
    id: 'prefix',
    cites: 'MQTT-4.7.3-4',
    filter: '/sport',
    matched: ['/sport'],
    unmatched: ['/sport/a', '/sports', '/spor'],
  },
  {
    id: 'dot-and-star',
    cites: 'MQTT-4.7.3-4',
    filter: '/a.b/*',
    matched: ['/a.b/*'],
    unmatched: ['/axb/*', '/a.b/c', '/a/b/*'],
  },
  {
    id: 'backslash-and-percent',
    cites: 'MQTT-4.7.3-4',
    filter: '/a\\b/c%20d',
    matched: ['/a\\b/c%20d'],
    unmatched: ['/a/b/c%20d', '/a\\b/c d', '/ab/c%20d'],
  },
  {
    id: 'punctuation',
    cites: 'MQTT-4.7.3-4',
    filter: '/a:b,c;d@e?f=g&amp;h_"i"|/j',
    matched: ['/a:b,c;d@e?f=g&amp;h_"i"|/j'],
    unmatched: [
      '/a/b,c;d@e?f=g&amp;h_"i"|/j',
      '/a:b/c;d@e?f=g&amp;h_"i"|/j',
      '/a:b,c;d@z?f=g&amp;h_"i"|/j',
      '/a:b,c;d@e?f=z&amp;h_"i"|/j',
      '/a:b,c;d@e?f=g&h_"i"|/j',
      '/a:b,c;d@e?f=g&amp;h-"i"|/j',
      '/a:b,c;d@e?f=g&amp;h_i|/j',
      '/j',
    ],
  },
  {
    id: 'case-beside-wildcards',
    cites: 'MQTT-4.7.3-4',
    filter: '/+/Level/#',
    matched: ['/a/Level', '/A/Level/x'],
    unmatched: ['/a/level', '/a/LEVEL/x', '/a/Level ', '/a/ Level/x'],
  },
  {
    id: 'digits-and-neighbours',
    cites: 'MQTT-4.7.3-4',
    filter: '/7/\u{1d11e}',
    matched: ['/7/\u{1d11e}'],
    unmatched: ['/07/\u{1d11e}', '/7.0/\u{1d11e}', '/\uff17/\u{1d11e}', '/7/\u{1d11f}', '/7/\u{1f11e}', '/7/\ufffd'],
  },
  {
    id: 'letters-that-look-alike',
    cites: 'MQTT-4.7.3-4',
    // Of Cyrillic and Greek.
    filter: '/\u0430\u0435\u0440/\u0391\u03bf',
    matched: ['/\u0430\u0435\u0440/\u0391\u03bf'],
    unmatched: [
      '/aep/Ao',
      '/a\u0435\u0440/\u0391\u03bf',
      '/\u0430\u0435p/\u0391\u03bf',
      '/\u0430\u0435\u0440/\u0410\u043e',
    ],
  },
  {
    id: 'dots-for-levels',
    cites: 'MQTT-4.7.3-4',
    filter: '/a/.././b',
    matched: ['/a/.././b'],
    unmatched: ['/b', '/./b', '/a/../b', '/a/./b', '/a/b', '/x/.././b'],
  },
  {
    id: 'case-beyond-ascii',
    cites: 'MQTT-4.7.3-4',
    filter: '/\u00c4/\u03a3',
    matched: ['/\u00c4/\u03a3'],
    unmatched: ['/\u00e4/\u03a3', '/\u00c4/\u03c3', '/\u00c4/\u03c2', '/A/\u03a3'],
  },
  {
    id: 'long-levels',
    cites: 'MQTT-4.7.3-4',
    filter: `/${'l'.repeat(300)}/a`,
    matched: [`/${'l'.repeat(300)}/a`],
    unmatched: [`/${'l'.repeat(300)}/b`, `/${'l'.repeat(299)}/a`, `/${'l'.repeat(300)}`],
  },
  {
    id: 'unassigned-code-points',
    cites: 'MQTT-4.7.3-4',
    filter: '/\u0378\u{e0080}',
    matched: ['/\u0378\u{e0080}'],
    unmatched: ['/?', '/\u0378'],
  },
  withEach('characters-of-no-width', unseen),
  withEach('characters-seldom-seen', unlikely),
  { id: 'dollar-inside', cites: 'MQTT-4.7.2-1', filter: '/+/b', matched: ['/$a/b', '/a/b'], unmatched: ['/$a'] },
];
