// Section 1.5.3, as RFC 3629 has it: bits are gathered to a code point, and the code point must need just so many bytes.

/** The text, or undefined if it is ill-formed or holds U+0000. */
export function naiveText(bytes: readonly number[]): string | undefined {
  const left = [...bytes];
  let text = '';
  while (left.length > 0) {
    const codePoint = naiveCodePoint(left);
    if (codePoint === undefined || codePoint === 0) return undefined;
    text += String.fromCodePoint(codePoint);
  }
  return text;
}

function naiveCodePoint(left: number[]): number | undefined {
  const lead = (left.shift() ?? 0).toString(2).padStart(8, '0');
  const ones = lead.indexOf('0');
  if (ones === 0) return Number.parseInt(lead, 2);
  if (ones === 1 || ones === -1 || ones > 4) return undefined;
  const following = left.splice(0, ones - 1).map((byte) => byte.toString(2).padStart(8, '0'));
  if (following.length < ones - 1 || following.some((bits) => !bits.startsWith('10'))) return undefined;
  const codePoint = Number.parseInt(lead.slice(ones + 1) + following.map((bits) => bits.slice(2)).join(''), 2);
  return bytesNeeded(codePoint) === ones && isScalarValue(codePoint) ? codePoint : undefined;
}

function bytesNeeded(codePoint: number): number {
  if (codePoint <= 0x7f) return 1;
  if (codePoint <= 0x7ff) return 2;
  return codePoint <= 0xffff ? 3 : 4;
}

const isScalarValue = (codePoint: number): boolean =>
  codePoint <= 0x10ffff && !(codePoint >= 0xd800 && codePoint <= 0xdfff);
