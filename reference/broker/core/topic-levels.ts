// How much a topic costs by its levels. In: a Topic Name or Topic Filter. Out: numbers.

const slash = 0x2f;
/** Levels that cost as much as a subscription or a retained message does anyway. */
export const levelsOfOne = 10;

/** Levels of a Topic Name or Topic Filter (section 4.7.1.1). */
export function levelsOf(topic: string): number {
  let levels = 1;
  for (let at = 0; at < topic.length; at++) if (topic.charCodeAt(at) === slash) levels++;
  return levels;
}

/** What a topic counts for where topics are counted: one of many levels counts for each ten. */
export const weightOf = (topic: string): number =>
  // The shortest of more levels than count for one.
  topic.length < levelsOfOne ? 1 : Math.ceil(levelsOf(topic) / levelsOfOne);

/** Whether a range of bytes has more levels than allowed. */
export function hasMoreLevels(bytes: Uint8Array, from: number, to: number, most: number): boolean {
  // Without a byte a level there cannot be more.
  if (to - from < most) return false;
  let levels = 1;
  for (let at = from; at < to; at++) if (bytes[at] === slash && ++levels > most) return true;
  return levels > most;
}
