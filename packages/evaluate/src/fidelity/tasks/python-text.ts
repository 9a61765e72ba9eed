/** What Python's str.strip, str.split and `\s` take for whitespace; JavaScript's set differs in U+FEFF, U+0085 and U+001C–1F. */
export const WHITESPACE =
  '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
const LEADING = new RegExp(`^[${WHITESPACE}]+`);
const TRAILING = new RegExp(`[${WHITESPACE}]+$`);
const RUN = new RegExp(`[${WHITESPACE}]+`);

/** Python's `str.rstrip()`. */
export function stripEnd(text: string): string {
  return text.replace(TRAILING, '');
}

/** Python's `str.strip()`. */
export function strip(text: string): string {
  return stripEnd(text.replace(LEADING, ''));
}

/** Python's `str.split()`: the pieces between runs of whitespace, none of them empty. */
export function splitWords(text: string): string[] {
  return text.split(RUN).filter((word) => word !== '');
}

/** Words as lm-eval counts them: pieces between runs of whitespace; empty ones at the edges count. */
export function countWords(text: string): number {
  return text.split(RUN).length;
}

/** Bytes of the UTF-8 encoding. */
export function countBytes(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}

/** Python's `len(str)`: code points, not UTF-16 units. */
export function countCharacters(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** Python's `str.capitalize()`: the first character upper, the rest lower. */
export function capitalize(text: string): string {
  const [first = '', ...rest] = text;
  return first.toUpperCase() + rest.join('').toLowerCase();
}
