// Faults that take characters for others: those that look alike, those that join or that lead upwards elsewhere. Sections 1.5.3, 4.7.3.
import { bodyAt, isType, repairing, withByte } from './bend.ts';
import { type Fault, fault } from './fault.ts';
import { matching } from './naive-topics.ts';

/** Takes U+0000 in some places: it becomes a question mark. */
const nulWhere = (is: (frame: Uint8Array, offset: number, field: string) => boolean) =>
  repairing((frame, { statement, offset, expected }) =>
    statement === 'MQTT-1.5.3-2' && is(frame, offset, expected) ? withByte(frame, offset, 0x3f) : undefined,
  );

const comparing = (by: (text: string) => string) =>
  matching((right) => (topicFilter, topicName) => right(by(topicFilter), by(topicName)));

const willFlag = 0x04;
const latin: Readonly<Record<string, string>> = { \u0430: 'a', \u0435: 'e', \u0440: 'p', \u03bf: 'o', \u0391: 'A' };

/** As paths of files are resolved. */
const resolved = (topic: string): string =>
  topic.includes('/.') ? topic.replaceAll('/./', '/').replace(/[^/]+\/\.\.\//g, '') : topic;

export const alikeFaults: readonly Fault[] = [
  fault(
    'two-nuls-accepted',
    { title: 'U+0000 is tolerated where another one follows', violates: ['MQTT-1.5.3-2', 'MQTT-4.7.3-2'] },
    nulWhere((frame, offset) => frame[offset + 1] === 0 || frame[offset - 1] === 0x3f),
  ),
  fault(
    'nul-in-user-name-beside-a-will',
    { title: 'U+0000 is tolerated in the user name of a client with a will', violates: ['MQTT-1.5.3-2'] },
    nulWhere(
      (frame, _, field) =>
        isType(frame, 'connect') && field.includes('User Name') && ((frame[bodyAt(frame) + 7] ?? 0) & willFlag) !== 0,
    ),
  ),
  fault(
    'tab-comes-out-as-a-blank',
    { title: 'A tab in a Topic Name comes out as a blank', violates: ['MQTT-4.7.3-4', 'MQTT-3.3.2-3'] },
    { rules: { publish: { topicNameOf: (topicName) => topicName.replaceAll('\t', ' ') } } },
  ),
  fault(
    'control-characters-not-compared',
    { title: 'Topics that differ by control characters alone are the same', violates: ['MQTT-4.7.3-4'] },
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is not compared
    comparing((text) => text.replace(/[\u0001-\u001f\u007f]/g, '')),
  ),
  fault(
    'look-alike-letters-are-the-same',
    { title: 'Letters of Cyrillic and Greek are taken for those of Latin that look alike', violates: ['MQTT-4.7.3-4'] },
    comparing((text) => text.replace(/./gu, (letter) => latin[letter] ?? letter)),
  ),
  fault(
    'dots-lead-upwards',
    { title: 'Levels "." and ".." are resolved as in paths of files', violates: ['MQTT-4.7.3-4'] },
    comparing(resolved),
  ),
  fault(
    'bar-joins-topic-names',
    { title: 'A filter "one|other" matches "one" and "other"', violates: ['MQTT-4.7.3-4', 'MQTT-3.3.2-3'] },
    matching(
      (right) => (topicFilter, topicName) =>
        right(topicFilter, topicName) || topicFilter.split('|').some((part) => part === topicName),
    ),
  ),
];
