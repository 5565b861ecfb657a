// A strict reader of the XML that JUnit reports are made of: throws where a parser of a CI system would. For tests.

export interface XmlElement {
  readonly name: string;
  readonly attributes: { readonly name?: string; readonly type?: string; readonly message?: string };
  readonly children: XmlElement[];
  text: string;
}

const entities: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&amp;': '&',
  '&quot;': '"',
  '&#45;': '-',
};
/** What XML 1.0 does not call a Char. */
const illegal = /(?![\t\n\r])[\p{Cs}\ufffe\uffff]|(?![\t\n\r\u007f-\u009f])\p{Cc}/u;
const token = /<\?xml [^?]*\?>|<!--[\s\S]*?-->|<\/([\w-]+)>|<([\w-]+)((?:\s+[\w-]+="[^"<]*")*)\s*(\/?)>|([^<]+)/y;

/** The root element. Throws a SyntaxError for anything that is not well-formed. */
export function parseXml(text: string): XmlElement {
  if (illegal.test(text)) throw new SyntaxError('a character that XML 1.0 forbids');
  const document: XmlElement = { name: '', attributes: {}, children: [], text: '' };
  const open = [document];
  token.lastIndex = 0;
  while (token.lastIndex < text.length) {
    const at = token.lastIndex;
    const match = token.exec(text);
    if (match === null) throw new SyntaxError(`not well-formed: ${text.slice(at, at + 60)}`);
    const [whole, closed, opened, attributes = '', empty, content] = match;
    const parent = open.at(-1) ?? document;
    if (whole.startsWith('<!--')) checkComment(whole);
    else if (content !== undefined) parent.text += contentOf(content);
    else if (closed !== undefined && open.pop()?.name !== closed) throw new SyntaxError(`unexpected </${closed}>`);
    else if (opened !== undefined) {
      const element: XmlElement = { name: opened, attributes: attributesOf(attributes), children: [], text: '' };
      parent.children.push(element);
      if (empty === '') open.push(element);
    }
  }
  const [root] = document.children;
  if (open.length !== 1 || document.children.length !== 1 || root === undefined || document.text.trim() !== '') {
    throw new SyntaxError('not one closed root element');
  }
  return root;
}

function checkComment(comment: string): void {
  const inside = comment.slice('<!--'.length, -'-->'.length);
  if (inside.includes('--') || inside.endsWith('-')) throw new SyntaxError(`"--" in a comment: ${comment}`);
}

function attributesOf(text: string): Record<string, string> {
  const pairs = [...text.matchAll(/([\w-]+)="([^"]*)"/g)].map(
    ([, name = '', value = '']) => [name, unescaped(value)] as const,
  );
  if (new Set(pairs.map(([name]) => name)).size !== pairs.length) throw new SyntaxError(`an attribute twice: ${text}`);
  return Object.fromEntries(pairs);
}

function contentOf(text: string): string {
  if (text.includes(']]>')) throw new SyntaxError('"]]>" in text');
  return unescaped(text);
}

function unescaped(text: string): string {
  return text.replace(/&[^;]*;?/g, (entity) => {
    const character = entities[entity];
    if (character === undefined) throw new SyntaxError(`unknown entity ${entity}`);
    return character;
  });
}
