// Faults against section 4.7: Topic Names and Topic Filters.
import { reading } from './bend.ts';
import { type Fault, fault } from './fault.ts';
import { type Matches, matching, matchingLive, matchingRetained } from './naive-topics.ts';

const badFilter = (statement: RegExp) => ({
  rules: {
    subscribe: {
      reactionToTopicFilter: (topicFilter: string) =>
        statement.test(topicFilter) ? ('accept' as const) : ('close' as const),
    },
  },
});

const levelsOf = (text: string): string[] => text.split('/');

/** A matching by levels in which some decision is another. */
const byLevels =
  (
    same: (filterLevel: string, nameLevel: string, at: { readonly index: number; readonly last: boolean }) => boolean,
  ): Matches =>
  (topicFilter, topicName) => {
    const filter = levelsOf(topicFilter);
    const name = levelsOf(topicName);
    if (/^[+#]/.test(topicFilter) && topicName.startsWith('$')) return false;
    const below = filter.at(-1) === '#';
    if (below) filter.pop();
    if (below ? name.length < filter.length : name.length !== filter.length) return false;
    return filter.every((level, index) => same(level, name[index] ?? '', { index, last: index === name.length - 1 }));
  };

const normal = (level: string, name: string): boolean => level === '+' || level === name;

export const topicFaults: readonly Fault[] = [
  fault(
    'hash-inside-a-level',
    { title: 'Filters with `#` inside a level are granted', violates: ['MQTT-4.7.1-2'] },
    badFilter(/[^/]#|#[^/]/),
  ),
  fault(
    'hash-before-the-end',
    { title: 'Filters with `#` before the last level are granted', violates: ['MQTT-4.7.1-2'] },
    badFilter(/#\//),
  ),
  fault(
    'plus-inside-a-level',
    { title: 'Filters with `+` inside a level are granted', violates: ['MQTT-4.7.1-3'] },
    badFilter(/[^/]\+|\+[^/]/),
  ),
  fault(
    'empty-filter-granted',
    { title: 'An empty Topic Filter is granted', violates: ['MQTT-4.7.3-1'] },
    badFilter(/^$/),
  ),
  fault(
    'hash-without-parent',
    { title: '`sport/#` does not match `sport`', violates: ['MQTT-4.7.1-2'] },
    matching((right) => (topicFilter, topicName) => right(topicFilter, topicName) && `${topicName}/#` !== topicFilter),
  ),
  fault(
    'hash-one-level',
    { title: '`#` matches a single level', violates: ['MQTT-4.7.1-2'] },
    matching(
      (right) => (topicFilter, topicName) =>
        right(topicFilter, topicName) &&
        (!topicFilter.endsWith('#') || levelsOf(topicName).length <= levelsOf(topicFilter).length),
    ),
  ),
  fault(
    'plus-several-levels',
    { title: 'A trailing `+` matches several levels', violates: ['MQTT-4.7.1-3'] },
    matching(
      (right) => (topicFilter, topicName) =>
        right(topicFilter, topicName) ||
        (topicFilter.endsWith('/+') &&
          right(topicFilter.replace(/\+$/, '#'), topicName) &&
          `${topicName}/+` !== topicFilter),
    ),
  ),
  fault(
    'plus-not-empty',
    { title: '`+` does not match an empty level', violates: ['MQTT-4.7.1-3'] },
    matching(() => byLevels((level, name) => (level === '+' ? name !== '' : level === name))),
  ),
  fault(
    'plus-empty-at-the-end-alone',
    { title: '`+` matches an empty level only at the end', violates: ['MQTT-4.7.1-3'] },
    matching(() => byLevels((level, name, { last }) => (level === '+' ? name !== '' || last : level === name))),
  ),
  fault(
    'plus-not-empty-at-the-end',
    { title: '`+` does not match an empty level at the end', violates: ['MQTT-4.7.1-3'] },
    matching(() => byLevels((level, name, { last }) => (level === '+' ? name !== '' || !last : level === name))),
  ),
  fault(
    'plus-matches-parent',
    { title: '`sport/+` matches `sport`', violates: ['MQTT-4.7.1-3'] },
    matching((right) => (topicFilter, topicName) => right(topicFilter, topicName) || topicFilter === `${topicName}/+`),
  ),
  fault(
    'filter-as-prefix',
    { title: 'A filter matches every name that begins with it', violates: ['MQTT-4.7.3-4', 'MQTT-3.3.2-3'] },
    matching(
      (right) => (topicFilter, topicName) =>
        right(topicFilter, topicName) || (!/[+#]/.test(topicFilter) && topicName.startsWith(topicFilter)),
    ),
  ),
  fault(
    'trailing-slash-dropped',
    { title: 'A trailing `/` makes no difference', violates: ['MQTT-4.7.3-4'] },
    matching(
      (right) => (topicFilter, topicName) =>
        right(topicFilter, topicName) || right(topicFilter.replace(/(.)\/$/, '$1'), topicName.replace(/(.)\/$/, '$1')),
    ),
  ),
  fault(
    'leading-slash-dropped',
    { title: 'A leading `/` makes no difference', violates: ['MQTT-4.7.3-4', 'MQTT-4.7.1-3'] },
    matching(
      (right) => (topicFilter, topicName) =>
        right(topicFilter, topicName) || right(topicFilter.replace(/^\/(.)/, '$1'), topicName.replace(/^\/(.)/, '$1')),
    ),
  ),
  fault(
    'empty-levels-dropped',
    { title: 'Empty levels make no difference', violates: ['MQTT-4.7.3-4'] },
    matching(
      (right) => (topicFilter, topicName) =>
        right(topicFilter, topicName) || right(topicFilter.replace(/\/{2,}/g, '/'), topicName.replace(/\/{2,}/g, '/')),
    ),
  ),
  fault(
    'matching-without-case',
    { title: 'Names are matched without regard to case', violates: ['MQTT-4.7.3-4'] },
    matching((right) => (topicFilter, topicName) => right(topicFilter.toLowerCase(), topicName.toLowerCase())),
  ),
  fault(
    'matching-normalised',
    { title: 'Names are matched in Unicode normal form', violates: ['MQTT-4.7.3-4'] },
    matching((right) => (topicFilter, topicName) => right(topicFilter.normalize('NFC'), topicName.normalize('NFC'))),
  ),
  fault(
    'matching-trimmed',
    { title: 'Blanks around names make no difference', violates: ['MQTT-4.7.3-4'] },
    matching(
      (right) => (topicFilter, topicName) =>
        right(
          levelsOf(topicFilter)
            .map((level) => level.trim())
            .join('/'),
          levelsOf(topicName)
            .map((level) => level.trim())
            .join('/'),
        ),
    ),
  ),
  fault(
    'hash-matches-dollar',
    { title: '`#` matches topics that begin with `$`', violates: ['MQTT-4.7.2-1'] },
    matching((right) => (topicFilter, topicName) => topicFilter === '#' || right(topicFilter, topicName)),
  ),
  fault(
    'plus-matches-dollar',
    { title: '`+/…` matches topics that begin with `$`', violates: ['MQTT-4.7.2-1'] },
    matching(
      (right) => (topicFilter, topicName) =>
        right(topicFilter, topicName) ||
        (topicFilter.startsWith('+') && topicName.startsWith('$') && right(topicFilter, topicName.slice(1))),
    ),
  ),
  fault(
    'retained-hash-matches-dollar',
    { title: '`#` gets retained messages of topics that begin with `$`', violates: ['MQTT-4.7.2-1'] },
    matchingRetained((right) => (topicFilter, topicName) => topicFilter === '#' || right(topicFilter, topicName)),
  ),
  fault(
    'retained-for-exact-filters',
    {
      title: 'Retained messages are sent to filters without wildcards alone',
      violates: ['MQTT-3.3.1-6', 'MQTT-3.3.1-5'],
    },
    matchingRetained((right) => (topicFilter, topicName) => !/[+#]/.test(topicFilter) && right(topicFilter, topicName)),
  ),
  fault(
    'retained-hash-without-parent',
    { title: 'Retained messages of `sport` are not sent to `sport/#`', violates: ['MQTT-3.3.1-6', 'MQTT-4.7.1-2'] },
    matchingRetained(
      (right) => (topicFilter, topicName) => right(topicFilter, topicName) && `${topicName}/#` !== topicFilter,
    ),
  ),
  fault(
    'retained-plus-not-empty',
    { title: '`+` does not match an empty level of a retained message', violates: ['MQTT-3.3.1-6', 'MQTT-4.7.1-3'] },
    matchingRetained(() => byLevels((level, name) => (level === '+' ? name !== '' : level === name))),
  ),
  fault('first-subscriber-alone', { title: 'Only one client gets a message', violates: ['MQTT-4.5.0-1'] }, () =>
    firstSubscriberAlone(),
  ),
  fault(
    'topic-filter-case-folded',
    { title: 'Topic Filters are kept in lower case', violates: ['MQTT-4.7.3-4', 'MQTT-3.10.4-1', 'MQTT-3.3.2-3'] },
    reading((packet) => {
      if (packet.type !== 'subscribe') return packet;
      const [first, ...rest] = packet.subscriptions;
      const folded = ({ topicFilter, qos }: typeof first): typeof first => ({
        topicFilter: topicFilter.toLowerCase(),
        qos,
      });
      return { ...packet, subscriptions: [folded(first), ...rest.map(folded)] };
    }),
  ),
];

/** `normal` is what all others are variations of. */
function firstSubscriberAlone() {
  const { parts } = matchingLive(() => byLevels(normal))();
  return {
    parts: {
      subscriptions: () => {
        const all = parts.subscriptions();
        type Visit = Parameters<typeof all.match>[1];
        return {
          get size() {
            return all.size;
          },
          add: (...args: Parameters<typeof all.add>) => all.add(...args),
          remove: (...args: Parameters<typeof all.remove>) => all.remove(...args),
          match: (topicName: string, visit: Visit) => {
            let first: Parameters<Visit>[1] | undefined;
            all.match(topicName, (value, key) => {
              first ??= key;
              if (key === first) visit(value, key);
            });
          },
        };
      },
    },
  };
}
