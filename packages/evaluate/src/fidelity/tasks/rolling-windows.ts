import type { EncodedPair } from './encode-pairs.ts';

/**
 * lm-eval's windows for a text's own likelihood: every token is scored once, the first after `prefix`; later full
 * windows see one token before them, and the last one as much as fits.
 *
 * @param maxLength tokens the model reads at once (L): the score depends on it.
 * @example ten tokens, L = 4: (P | 1 2 3 4), (4 | 5 6 7 8), (6 7 8 | 9 10)
 */
export function rollingWindows(tokens: readonly number[], prefix: number, maxLength: number): EncodedPair[] {
  const windows: EncodedPair[] = [];
  const first = Math.min(maxLength, tokens.length);
  if (first > 0) windows.push({ tokens: [prefix, ...tokens.slice(0, first)], from: 1 });
  for (let done = first; done < tokens.length;) {
    const count = Math.min(maxLength, tokens.length - done);
    const end = done + count;
    const window = tokens.slice(end - maxLength - 1, end);
    windows.push({ tokens: window, from: window.length - count });
    done = end;
  }
  return windows;
}
