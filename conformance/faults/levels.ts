// Faults in matching that show at some levels of a topic alone: section 4.7.
import { type Fault, fault } from './fault.ts';
import { type Matches, matching } from './naive-topics.ts';

/** Filters and names as they are compared. */
const comparing = (by: (text: string) => string) =>
  matching((right: Matches) => (topicFilter, topicName) => right(by(topicFilter), by(topicName)));

const fourthLevel = (text: string, becomes: string): string => {
  const levels = text.split('/');
  if (levels.length > 3) levels[3] = becomes;
  return levels.join('/');
};

export const levelFaults: readonly Fault[] = [
  fault(
    'fourth-level-not-compared',
    { title: 'The fourth level of topics is not compared', violates: ['MQTT-4.7.3-4', 'MQTT-4.7.1-3', 'MQTT-3.3.2-3'] },
    matching(
      (right) => (topicFilter, topicName) =>
        /[#+]/.test(topicFilter)
          ? right(topicFilter, topicName)
          : right(fourthLevel(topicFilter, 'same'), fourthLevel(topicName, 'same')),
    ),
  ),
  fault(
    'plus-not-at-the-fourth-level',
    { title: 'At the fourth level "+" matches nothing', violates: ['MQTT-4.7.1-3'] },
    matching((right) => (topicFilter, topicName) => topicFilter.split('/')[3] !== '+' && right(topicFilter, topicName)),
  ),
  fault(
    'hash-for-three-levels',
    { title: '"#" matches at most three levels', violates: ['MQTT-4.7.1-2'] },
    matching((right) => (topicFilter, topicName) => {
      const deeper = topicName.split('/').length - topicFilter.split('/').length;
      return right(topicFilter, topicName) && !(topicFilter.endsWith('#') && deeper > 2);
    }),
  ),
  fault(
    'case-ignored-beyond-ascii',
    { title: 'Letters beyond ASCII are compared without regard to case', violates: ['MQTT-4.7.3-4'] },
    comparing((text) => text.replace(/[^ -~]/gu, (letter) => letter.toLowerCase())),
  ),
  fault(
    'topics-compared-up-to-200-characters',
    { title: 'Topics are compared up to their 200th character', violates: ['MQTT-4.7.3-4'] },
    comparing((text) => text.slice(0, 200)),
  ),
  fault(
    'last-level-by-prefix-behind-plus',
    { title: 'In a filter with "+" the last level matches whatever begins like it', violates: ['MQTT-4.7.1-3'] },
    matching((right) => (topicFilter, topicName) => {
      const last = topicFilter.split('/').at(-1) ?? '';
      const longer = topicName.split('/').at(-1) ?? '';
      const cut = topicFilter.includes('+') && last.length > 0 && longer.startsWith(last);
      return right(topicFilter, cut ? topicName.slice(0, topicName.length - longer.length + last.length) : topicName);
    }),
  ),
  fault(
    'copies-at-the-highest-qos',
    { title: 'A copy comes for each overlapping filter, all at the highest QoS', violates: ['MQTT-3.3.5-1'] },
    {
      rules: {
        publish: {
          matchesServed: (matches) => {
            const granted = Math.max(...matches.map((match) => match.granted)) as 0 | 1 | 2;
            return matches.map((match) => ({ ...match, granted }));
          },
        },
      },
    },
  ),
  fault(
    'third-match-ignored',
    { title: 'Of overlapping subscriptions the third and later ones do not count', violates: ['MQTT-3.3.5-1'] },
    {
      rules: {
        publish: {
          matchesServed: (matches) =>
            matches
              .slice(0, 2)
              .toSorted((a, b) => b.granted - a.granted)
              .slice(0, 1),
        },
      },
    },
  ),
];
