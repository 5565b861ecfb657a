// Markup that is made by the hundred thousand, without a tree of components in between. In: texts. Out: what `shrink` would leave of them.

const special = /[&<]/;

/** A text between tags; in the value of an attribute `"` would need an escape too. */
export const inMarkup = (text: string): string =>
  special.test(text) ? text.replaceAll('&', '&amp;').replaceAll('<', '&lt;') : text;
