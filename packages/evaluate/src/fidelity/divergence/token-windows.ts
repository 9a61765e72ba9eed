/** Tokens of a window: long enough for context to matter, short enough for many windows to resample. */
export const WINDOW = 256;

/**
 * Cuts texts into windows until there are `tokens` tokens (the last window is cut) or no text is left. Windows do not
 * overlap; special tokens stand only where the tokenizer puts them, before a text.
 */
export function tokenWindows(options: {
  texts: Iterable<string>;
  encode: (text: string) => number[];
  tokens: number;
  maxLength: number;
}): number[][] {
  const { texts, encode, tokens, maxLength } = options;
  const width = Math.min(WINDOW, maxLength);
  const windows: number[][] = [];
  let left = tokens;
  for (const text of texts) {
    const ids = encode(text);
    for (let start = 0; start < ids.length && left > 0; start += width) {
      const window = ids.slice(start, start + Math.min(width, left));
      windows.push(window);
      left -= window.length;
    }
    if (left <= 0) break;
  }
  return windows;
}
