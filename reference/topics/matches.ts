// Whether a Topic Filter matches a Topic Name: sections 4.7.1 to 4.7.3. In: two valid strings. Out: yes or no.

const slash = 47;
const hash = 35;
const plus = 43;
const dollar = 36;

/** Compares level by level, strings as they are (MQTT-4.7.3-4). */
export function matches(topicFilter: string, topicName: string): boolean {
  const first = topicFilter.charCodeAt(0);
  // MQTT-4.7.2-1
  if ((first === hash || first === plus) && topicName.charCodeAt(0) === dollar) return false;
  let filterAt = 0;
  let nameAt = 0;
  for (;;) {
    const unit = topicFilter.charCodeAt(filterAt);
    if (unit === hash) return true;
    const filterEnd = levelEnd(topicFilter, filterAt);
    const nameEnd = levelEnd(topicName, nameAt);
    if (unit !== plus && !sameLevel(topicFilter, filterAt, filterEnd, topicName, nameAt, nameEnd)) return false;
    const filterOver = filterEnd === topicFilter.length;
    const nameOver = nameEnd === topicName.length;
    if (nameOver)
      return filterOver || (topicFilter.charCodeAt(filterEnd + 1) === hash && filterEnd + 2 === topicFilter.length);
    if (filterOver) return false;
    filterAt = filterEnd + 1;
    nameAt = nameEnd + 1;
  }
}

function levelEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) !== slash) at++;
  return at;
}

function sameLevel(a: string, aStart: number, aEnd: number, b: string, bStart: number, bEnd: number): boolean {
  if (aEnd - aStart !== bEnd - bStart) return false;
  for (let i = 0; i < aEnd - aStart; i++) if (a.charCodeAt(aStart + i) !== b.charCodeAt(bStart + i)) return false;
  return true;
}
