// Faults in matching at the corners: the first level, the tenth, names of a single level, characters that nobody sees. Section 4.7.
import type { Parts } from '../../reference/broker/index.ts';
import type { Packet } from '../../reference/codec/packet.ts';
import { reading } from './bend.ts';
import { type Fault, fault } from './fault.ts';
import { type Matches, matching, matchingLive, matchingRetained } from './naive-topics.ts';

const depthOf = (topic: string): number => topic.split('/').length;

/** Matches rightly, but not where a filter meets such a name. */
const butNot =
  (isMissed: (topicFilter: string, topicName: string) => boolean) =>
  (right: Matches): Matches =>
  (topicFilter, topicName) =>
    right(topicFilter, topicName) && !isMissed(topicFilter, topicName);

const firstLevel: readonly Fault[] = [
  fault(
    'hash-without-leading-slash',
    { title: '"#" alone does not match topics that begin with "/"', violates: ['MQTT-4.7.1-2'] },
    matchingLive(butNot((topicFilter, topicName) => topicFilter === '#' && topicName.startsWith('/'))),
  ),
  fault(
    'retained-hash-without-leading-slash',
    { title: '"#" alone finds no retained message on a topic that begins with "/"', violates: ['MQTT-3.3.1-6'] },
    matchingRetained(butNot((topicFilter, topicName) => topicFilter === '#' && topicName.startsWith('/'))),
  ),
  fault(
    'slash-hash-without-slash',
    { title: '"/#" does not match "/"', violates: ['MQTT-4.7.1-2'] },
    matchingLive(butNot((topicFilter, topicName) => topicFilter === '/#' && topicName === '/')),
  ),
  fault(
    'plus-alone-takes-a-leading-slash',
    { title: '"+" alone matches a topic of one level behind a "/"', violates: ['MQTT-4.7.1-3'] },
    matching(
      (right) => (topicFilter, topicName) =>
        right(topicFilter, topicName) || (topicFilter === '+' && /^\/[^/]*$/.test(topicName)),
    ),
  ),
  fault(
    'hash-without-parent-at-the-first-level',
    { title: '"sport/#" does not match "sport" where that is the first level', violates: ['MQTT-4.7.1-2'] },
    matchingLive(butNot((topicFilter, topicName) => /^[^/]+\/#$/.test(topicFilter) && !topicName.includes('/'))),
  ),
  fault(
    'hash-for-three-levels-in-all',
    { title: '"#" alone matches topics of three levels at most', violates: ['MQTT-4.7.1-2'] },
    matchingLive(butNot((topicFilter, topicName) => topicFilter === '#' && depthOf(topicName) > 3)),
  ),
];

const laterLevels: readonly Fault[] = [
  fault(
    'hash-up-to-ten-levels',
    { title: '"#" matches topics of ten levels at most', violates: ['MQTT-4.7.1-2'] },
    matching(butNot((topicFilter, topicName) => topicFilter.endsWith('#') && depthOf(topicName) > 10)),
  ),
  fault(
    'hash-behind-plus-without-parent',
    { title: '"sport/+/#" does not match "sport/tennis"', violates: ['MQTT-4.7.1-2'] },
    matching(
      butNot(
        (topicFilter, topicName) => topicFilter.endsWith('/+/#') && depthOf(topicName) === depthOf(topicFilter) - 1,
      ),
    ),
  ),
  fault(
    'three-pluses-at-most',
    { title: 'Filters with four "+" and more match nothing', violates: ['MQTT-4.7.1-3'] },
    matching(butNot((topicFilter) => topicFilter.split('+').length > 4)),
  ),
  fault(
    'plus-for-short-ascii-levels',
    { title: '"+" matches only levels of ASCII, of 64 bytes at most', violates: ['MQTT-4.7.1-3'] },
    matching(butNot((topicFilter, topicName) => topicFilter.includes('+') && /[^ -~]|[^/]{65}/.test(topicName))),
  ),
  fault(
    'hash-for-plain-levels',
    { title: '"#" does not match levels with a "$" or with characters beyond ASCII', violates: ['MQTT-4.7.1-2'] },
    matching(butNot((topicFilter, topicName) => topicFilter.includes('#') && /[^ -~]|\/\$/.test(topicName))),
  ),
  fault(
    'hash-followed-by-an-empty-level',
    { title: 'A filter that ends in "#/" is granted', violates: ['MQTT-4.7.1-2'] },
    {
      rules: {
        subscribe: { reactionToTopicFilter: (topicFilter) => (topicFilter.endsWith('#/') ? 'accept' : 'close') },
      },
    },
  ),
];

/** Exchanges messages on `$`-topics, and lets some filters match them. */
const dollarsFor =
  (which: RegExp, where: (how: (right: Matches) => Matches) => () => { readonly parts: Partial<Parts> }) => () => ({
    ...where(
      (right) => (topicFilter, topicName) =>
        right(topicFilter, topicName) ||
        (topicName.startsWith('$') && which.test(topicFilter) && right(topicFilter, topicName.slice(1))),
    )(),
    rules: { publish: { distributes: () => true } },
  });

const dollars: readonly Fault[] = [
  fault(
    'plus-alone-matches-dollar',
    { title: '"+" alone matches a topic of one level that begins with "$"', violates: ['MQTT-4.7.2-1'] },
    dollarsFor(/^\+$/, matchingLive),
  ),
  fault(
    'retained-plus-alone-matches-dollar',
    { title: '"+" alone gets retained messages of topics that begin with "$"', violates: ['MQTT-4.7.2-1'] },
    dollarsFor(/^\+$/, matchingRetained),
  ),
  fault(
    'pluses-alone-match-dollar',
    { title: 'Filters of "+" alone, and "+/…/#", match topics that begin with "$"', violates: ['MQTT-4.7.2-1'] },
    dollarsFor(/^\+(\/\+)+$|^\+\/.+\/#$/, matching),
  ),
];

const unseen = /\u00ad|\u180e|\u200b|\u200d|\u200e|\u2060|\ufe0f|\ufeff/gu;
const unlikely = /[\u00a0\u2028\u3000\ue000\ufffa\u{e0041}\u{f0000}]/gu;

const comparing = (by: (text: string) => string) =>
  matching((right) => (topicFilter, topicName) => right(by(topicFilter), by(topicName)));

const characters: readonly Fault[] = [
  fault(
    'characters-of-no-width-removed',
    { title: 'Characters of no width are removed from Topic Names', violates: ['MQTT-4.7.3-4'] },
    { rules: { publish: { topicNameOf: (topicName) => topicName.replace(unseen, '') } } },
  ),
  ...(['\u00ad', '\u200b', '\u2060', '\ufeff'] as const).map((character) =>
    fault(
      `u-${character.charCodeAt(0).toString(16).padStart(4, '0')}-not-compared`,
      {
        title: `Topics that differ by U+${character.charCodeAt(0).toString(16).padStart(4, '0').toUpperCase()} alone are the same`,
        violates: ['MQTT-4.7.3-4', 'MQTT-1.5.3-3'],
      },
      comparing((text) => text.replaceAll(character, '')),
    ),
  ),
  fault(
    'unlikely-characters-not-compared',
    { title: 'Blanks beyond ASCII and private characters are not compared', violates: ['MQTT-4.7.3-4'] },
    comparing((text) => text.replace(unlikely, '')),
  ),
  fault(
    'bom-stripped-from-will-topics',
    { title: 'U+FEFF is removed from will topics', violates: ['MQTT-1.5.3-3'] },
    reading((packet): Packet => {
      if (packet.type !== 'connect' || packet.will === undefined) return packet;
      return {
        ...packet,
        will: { ...packet.will, topicName: packet.will.topicName.replaceAll('\ufeff', '') },
      } as Packet;
    }),
  ),
];

export const cornersOfTopicsFaults: readonly Fault[] = [...firstLevel, ...laterLevels, ...dollars, ...characters];
