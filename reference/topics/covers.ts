// Whether one Topic Filter matches everything that another one matches: sections 4.7.1 and 4.7.2. In: two valid filters. Out: yes or no.

/**
 * Whether every Topic Name that `narrow` matches is matched by `wide`, too: what a client may read at most, against what it
 * subscribes to. Exact for two filters.
 */
export function covers(wide: string, narrow: string): boolean {
  if (isWildcard(wide[0]) && narrow[0] === '$') return false;
  return levelsCover(levelsOf(wide), levelsOf(narrow));
}

const isWildcard = (first: string | undefined): boolean => first === '#' || first === '+';

/** No Topic Name is empty (MQTT-4.7.3-1): `#` and `+/#` match the same names, and so do `/#` and `/+/#`. */
function levelsOf(topicFilter: string): readonly string[] {
  if (topicFilter === '#') return ['+', '#'];
  return topicFilter === '/#' ? ['', '+', '#'] : topicFilter.split('/');
}

function levelsCover(wide: readonly string[], narrow: readonly string[]): boolean {
  for (const [i, level] of wide.entries()) {
    if (level === '#') return true;
    const other = narrow[i];
    if (other === undefined || other === '#') return false;
    if (level !== '+' && level !== other) return false;
  }
  return wide.length === narrow.length;
}
