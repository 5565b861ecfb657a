// What a mistyped number may have meant. In: a text and what there is. Out: the nearest.

/** How many letters have to be changed, added or left out to make one text the other. */
export function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

function sameLetters(a: string, b: string): number {
  let same = 0;
  while (same < a.length && a[same] === b[same]) same += 1;
  return same;
}

/** The nearest, nearest first, and of those the ones that begin alike; none that has little in common with the text. */
export function nearestTo(text: string, known: readonly string[], most = 4): string[] {
  const sought = text.toLowerCase();
  return known
    .map((one, i) => ({
      one,
      i,
      away: distance(sought, one.toLowerCase()),
      alike: sameLetters(sought, one.toLowerCase()),
    }))
    .filter(({ away }) => away <= Math.max(2, Math.floor(text.length / 3)))
    .sort((a, b) => a.away - b.away || b.alike - a.alike || a.i - b.i)
    .slice(0, most)
    .map(({ one }) => one);
}
