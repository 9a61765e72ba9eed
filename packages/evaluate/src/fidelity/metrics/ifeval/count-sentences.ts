import { splitWords } from '../../tasks/python-text.ts';

const words = (list: string) => new Set(list.split(' '));

/**
 * Abbreviations whose full stop ends no sentence: those of American newspapers, by which Punkt's English model was made.
 * It does not know e.g., fig. or no., and neither does this.
 */
const ABBREVIATIONS = new Set([
  ...words('mr mrs ms dr prof gen col lt maj adm rep reps sen messrs sr jr st'),
  ...words('inc co corp cos ltd bros cie'),
  ...words('jan feb aug sep sept oct nov dec tues wed fri'),
  ...words('ala ariz calif colo conn fla ga ill kan ky mich minn nev okla ore pa tenn va vt wash wis'),
  ...words('a.m p.m u.s u.k u.n u.s.a u.s.s.r n.y n.j n.c s.c d.c l.a m.b.a ph.d ave ct ft mg vs yr'),
]);
const INITIAL = /^\p{L}$/u;
const NUMBER = /^-?\d+([.,]\d+)*$/;
/** Words that begin a sentence so often that they end one before them, even after an abbreviation. */
const STARTERS = words(
  'although among both but despite even he however i if in indeed instead it many meanwhile moreover most so some since the there these they this though thus under when while yet',
);

/**
 * Sentences of a text by the rules of Punkt (Kiss & Strunk 2006), which IFEval counts with: `?` and `!` before
 * whitespace end one, `.` does unless it stands after an abbreviation, an initial before a capital, or a number before
 * a small letter. Line breaks end none. Punkt's statistics of which words it has seen in which case are not here, so
 * that a rare abbreviation before a capital may be judged otherwise.
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
  const following = withoutOpening(next);
  const capital = /^\p{Lu}/u.test(following);
  // An ellipsis ends a sentence where a new one plainly begins.
  if (bare.endsWith('..')) return capital;
  const word = withoutOpening(bare.slice(0, -1));
  const starts = capital && STARTERS.has(following.toLowerCase().replace(/[^\p{L}]+$/u, ''));
  if (ABBREVIATIONS.has(word.toLowerCase())) return starts;
  if (INITIAL.test(word)) return word === 'I' || starts || !capital;
  if (NUMBER.test(word)) return !/^\p{Ll}/u.test(following);
  return true;
}

const withoutOpening = (token: string) => token.replace(/^[("'“‘«*_[{]+/u, '');
