// What a Topic Name and a Topic Filter may be: sections 4.7.1 and 4.7.3. In: a string. Out: what is wrong with it.

export interface TopicProblem {
  readonly statement: string;
  readonly expected: string;
  readonly actual: string;
}

const mostBytes = 65_535;

function textProblem(text: string, what: string): TopicProblem | undefined {
  if (text === '')
    return { statement: 'MQTT-4.7.3-1', expected: `a ${what} of at least one character`, actual: 'none' };
  if (text.includes('\0')) return { statement: 'MQTT-4.7.3-2', expected: `a ${what} without U+0000`, actual: 'U+0000' };
  // A UTF-16 unit is three bytes at most: only long texts have to be measured.
  if (text.length * 3 <= mostBytes) return undefined;
  const { length } = new TextEncoder().encode(text);
  if (length <= mostBytes) return undefined;
  return { statement: 'MQTT-4.7.3-3', expected: `a ${what} of at most 65,535 bytes`, actual: `${length}` };
}

/** What is wrong with a Topic Name; undefined if nothing is. */
export function topicNameProblem(topicName: string): TopicProblem | undefined {
  if (topicName.includes('+') || topicName.includes('#')) {
    return { statement: 'MQTT-3.3.2-2', expected: 'a Topic Name without wildcards', actual: JSON.stringify(topicName) };
  }
  return textProblem(topicName, 'Topic Name');
}

/** Whether a character is a level of its own. */
const isAlone = (topicFilter: string, at: number): boolean =>
  (at === 0 || topicFilter[at - 1] === '/') && (at + 1 === topicFilter.length || topicFilter[at + 1] === '/');

/** What is wrong with a Topic Filter; undefined if nothing is. */
export function topicFilterProblem(topicFilter: string): TopicProblem | undefined {
  const hash = topicFilter.indexOf('#');
  if (hash >= 0 && (hash + 1 !== topicFilter.length || !isAlone(topicFilter, hash))) {
    return { statement: 'MQTT-4.7.1-2', expected: '"#" alone in the last level', actual: JSON.stringify(topicFilter) };
  }
  for (let plus = topicFilter.indexOf('+'); plus >= 0; plus = topicFilter.indexOf('+', plus + 1)) {
    if (!isAlone(topicFilter, plus))
      return { statement: 'MQTT-4.7.1-3', expected: '"+" alone in its level', actual: JSON.stringify(topicFilter) };
  }
  return textProblem(topicFilter, 'Topic Filter');
}

export const isTopicName = (topicName: string): boolean => topicNameProblem(topicName) === undefined;
export const isTopicFilter = (topicFilter: string): boolean => topicFilterProblem(topicFilter) === undefined;
