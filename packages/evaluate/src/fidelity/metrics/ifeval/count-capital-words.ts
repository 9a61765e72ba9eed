/** Marks that NLTK's word tokenizer makes tokens of wherever they stand. */
const MARKS = /\.\.\.+|--|[;@#$%&?!()[\]{}<>"“”„«»]|[:,](?=\D|$)|''|``/gu;
/** Endings of contractions, which it cuts off: DON'T is two words. */
const ENDINGS = /(?<=[^'\s])('(?:S|M|D|LL|RE|VE)|N'T|')(?=\s|$)/giu;
const CONTRACTED =
  /\b(CAN)(NOT)\b|\b(GIM|LEM)(ME)\b|\b(GON|WAN)(NA)\b|\b(GOT)(TA)\b|\b(MORE)('N)\b|\b(D)('YE)\b|(?<=\s|^)('T)(IS|WAS)\b/giu;

/**
 * Words all in capitals as NLTK's `word_tokenize` separates words: hyphens, slashes and apostrophes within do not, other
 * punctuation does, and contractions count their parts.
 */
export function countCapitalWords(text: string, isUpper: (word: string) => boolean): number {
  return text
    .replace(MARKS, ' $& ')
    .replace(ENDINGS, ' $& ')
    .replace(CONTRACTED, (...groups: unknown[]) =>
      groups
        .slice(1, 15)
        .filter((group) => typeof group === 'string')
        .join(' '),
    )
    .split(/\s+/u)
    .filter(isUpper).length;
}
