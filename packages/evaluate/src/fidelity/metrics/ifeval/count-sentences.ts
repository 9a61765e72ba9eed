import { splitWords } from '../../tasks/python-text.ts';

/** Words whose full stop does not end a sentence, before any word. */
const TITLES = new Set(
  'adm attys bros capt col corp cos dr drs gen gov hon inc lt ltd maj messrs mr mrs ms mt no prof rep reps rev sen sens sgt sr st vs jr co'.split(
    ' ',
  ),
);
const MONTHS = new Set('jan feb mar apr jun jul aug sep sept oct nov dec'.split(' '));
/** Letters with full stops between them, as in U.S. and e.g. */
const LETTERS = /^\p{L}(\.\p{L})+$/u;
const INITIAL = /^\p{Lu}$/u;
const NUMBER = /^-?\d+([.,]\d+)*$/;
/** Words that begin a sentence so often that they end one before them, even after an abbreviation. */
const STARTERS = new Set('the he she it they we but in this these that there his her i if when'.split(' '));

/**
 * Sentences of a text by the rules of Punkt (Kiss & Strunk 2006), which IFEval counts with: `?` and `!` before
 * whitespace end one, `.` does unless it stands after an abbreviation, an initial before a capital, or a number before
 * a small letter. Line breaks end none. Punkt's English statistics, of which words it has seen begin sentences, are not
 * here: a few abbreviations before capitals are judged otherwise.
 */
export function countSentences(text: string): number {
  const tokens = splitWords(text);
  const ends = tokens.slice(0, -1).filter((token, i) => endsSentence(token, tokens[i + 1]!));
  return tokens.length === 0 ? 0 : ends.length + 1;
}

function endsSentence(token: string, next: string): boolean {
  const bare = token.replace(/[)\]}"'”’»*_]+$/u, '');
  if (/[?!]$/.test(bare)) return true;
  if (!bare.endsWith('.')) return false;
  const following = next.replace(/^[("'“‘«*_[{]+/u, '');
  // An ellipsis ends a sentence where a new one plainly begins.
  if (/\.\.$/.test(bare)) return /^\p{Lu}/u.test(following);
  const word = bare.slice(0, -1).replace(/^[("'“‘«*_[{]+/u, '');
  const starts =
    /^\p{Lu}/u.test(following) && STARTERS.has(following.toLowerCase().replace(/[^\p{L}]+$/u, ''));
  const lower = word.toLowerCase();
  if (TITLES.has(lower) || MONTHS.has(lower) || LETTERS.test(word)) return starts;
  if (INITIAL.test(word)) return word === 'I' || starts || !/^\p{Lu}/u.test(following);
  if (NUMBER.test(word)) return !/^\p{Ll}/u.test(following);
  return true;
}
