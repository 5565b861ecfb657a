// Filters and names of an imagined company with many sites and devices, for the topic rows.

const sites = 500;

/** As strings are that come from a wire: in one piece. */
const inOnePiece = (text: string): string => Buffer.from(text).toString();

/** Filters that all differ: nine of ten as devices have them, the others with wildcards in different places. */
export function filters(count: number): string[] {
  return Array.from({ length: count }, (_, i) => inOnePiece(filter(i)));
}

function filter(i: number): string {
  const site = i % sites;
  switch (i % 20) {
    case 0:
      return i < sites * 20 ? `site/${i / 20}/#` : `site/${site}/device/${i}/status/#`;
    case 7:
      return `site/${site}/device/${i}/+`;
    case 13:
      return `site/+/device/${i}/temperature`;
    default:
      return `site/${site}/device/${i}/temperature`;
  }
}

/** Names of devices that are spread over all filters. */
export function names(count: number, filterCount: number): string[] {
  return Array.from({ length: count }, (_, i) => {
    const device = (i * 7_919) % filterCount;
    return inOnePiece(`site/${device % sites}/device/${device}/temperature`);
  });
}
