// Markup without what HTML does not need. In: rendered markup, its texts and attributes escaped. Out: the same page in fewer bytes.

/** A tag with its quoted values, or the text up to the next tag. */
const token = /<[^>"]*(?:"[^"]*"[^>"]*)*>|[^<]+/g;

/** Values that may stand without quotes, but not before `/>`, which they would swallow: https://html.spec.whatwg.org/#unquoted */
const needlessQuotes = /="([\w#@.:-]+)"(?=[ >])/g;

/** End tags that the next tag or the end of the parent implies: https://html.spec.whatwg.org/#optional-tags */
const impliedEnds: ReadonlySet<string> = new Set(['</li>', '</dt>', '</dd>', '</td>', '</th>', '</tr>']);

/** The end of a paragraph that what follows it, or the end of its parent, ends as well. */
const impliedParagraphEnd =
  /<\/p>(?=<(?:li|details|div|dl|h3|ol|p|pre|table|ul|\/(?:details|div|dl|ol|section|ul))[ >])/g;

/** `"` in a text needs no escape, only in a value. */
export const shrink = (markup: string): string =>
  markup
    .replace(token, (part) => {
      if (!part.startsWith('<')) return part.replaceAll('&quot;', '"');
      return impliedEnds.has(part) ? '' : part.replace(needlessQuotes, '=$1');
    })
    .replace(impliedParagraphEnd, '');
