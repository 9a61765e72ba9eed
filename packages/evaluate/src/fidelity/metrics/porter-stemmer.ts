/** Forms that the rules would get wrong, as NLTK lists them. */
const IRREGULAR: Readonly<Record<string, string>> = {
  skies: 'sky',
  sky: 'sky',
  dying: 'die',
  lying: 'lie',
  tying: 'tie',
  news: 'news',
  innings: 'inning',
  inning: 'inning',
  outings: 'outing',
  outing: 'outing',
  cannings: 'canning',
  canning: 'canning',
  howe: 'howe',
  proceed: 'proceed',
  exceed: 'exceed',
  succeed: 'succeed',
};

/** A suffix, what takes its place, and what must hold of the word without it. */
type Rule = readonly [suffix: string, replacement: string, holds: (rest: string) => boolean];

const always = () => true;
const long = (rest: string) => measure(rest) > 0;
const longer = (rest: string) => measure(rest) > 1;

const PLURALS: Rule[] = [
  ['sses', 'ss', always],
  ['ies', 'i', always],
  ['ss', 'ss', always],
  ['s', '', always],
];

const DERIVED: Rule[] = (
  [
    ['ational', 'ate'],
    ['tional', 'tion'],
    ['enci', 'ence'],
    ['anci', 'ance'],
    ['izer', 'ize'],
    ['bli', 'ble'],
    ['alli', 'al'],
    ['entli', 'ent'],
    ['eli', 'e'],
    ['ousli', 'ous'],
    ['ization', 'ize'],
    ['ation', 'ate'],
    ['ator', 'ate'],
    ['alism', 'al'],
    ['iveness', 'ive'],
    ['fulness', 'ful'],
    ['ousness', 'ous'],
    ['aliti', 'al'],
    ['iviti', 'ive'],
    ['biliti', 'ble'],
    ['fulli', 'ful'],
  ] as const
).map(([suffix, replacement]) => [suffix, replacement, long]);
// The l counts to what is left, so that short ones such as theology are as long as archaeology.
DERIVED.push(['logi', 'log', (rest) => long(`${rest}l`)]);

const QUALITIES: Rule[] = (
  [
    ['icate', 'ic'],
    ['ative', ''],
    ['alize', 'al'],
    ['iciti', 'ic'],
    ['ical', 'ic'],
    ['ful', ''],
    ['ness', ''],
  ] as const
).map(([suffix, replacement]) => [suffix, replacement, long]);

const ENDINGS: Rule[] = [
  ...['al', 'ance', 'ence', 'er', 'ic', 'able', 'ible', 'ant', 'ement', 'ment', 'ent', 'ion'],
  ...['ou', 'ism', 'ate', 'iti', 'ous', 'ive', 'ize'],
].map((suffix) => [suffix, '', suffix === 'ion' ? (rest) => longer(rest) && /[st]$/.test(rest) : longer]);

/**
 * The stem of an English word in lower case by Porter's algorithm (1980) with NLTK's extensions, which are what
 * rouge_score stems by.
 */
export function stem(word: string): string {
  const irregular = Object.hasOwn(IRREGULAR, word) ? IRREGULAR[word] : undefined;
  if (irregular !== undefined) return irregular;
  if (word.length <= 2) return word;
  let rest = /^.ies$/.test(word) ? word.slice(0, -1) : apply(word, PLURALS);
  rest = withoutPast(rest);
  // After a consonant that is not all there is: happy → happi, but enjoy and by stay.
  rest = apply(rest, [['y', 'i', (left) => left.length > 1 && isConsonant(left, left.length - 1)]]);
  rest = apply(derive(rest), QUALITIES);
  rest = apply(rest, ENDINGS);
  rest = withoutE(rest);
  return apply(rest, [['ll', 'l', (left) => longer(`${left}l`)]]);
}

/** The first rule whose suffix fits decides, whether its condition holds or not. */
function apply(word: string, rules: readonly Rule[]): string {
  for (const [suffix, replacement, holds] of rules) {
    if (!word.endsWith(suffix)) continue;
    const rest = word.slice(0, word.length - suffix.length);
    return holds(rest) ? rest + replacement : word;
  }
  return word;
}

function withoutPast(word: string): string {
  if (word.endsWith('ied')) return word.length === 4 ? word.slice(0, -1) : word.slice(0, -2);
  if (word.endsWith('eed')) return apply(word, [['eed', 'ee', long]]);
  const suffix = ['ed', 'ing'].find((end) => word.endsWith(end) && hasVowel(word.slice(0, -end.length)));
  if (suffix === undefined) return word;
  const rest = word.slice(0, -suffix.length);
  if (/(at|bl|iz)$/.test(rest)) return `${rest}e`;
  if (endsDouble(rest)) return /[lsz]$/.test(rest) ? rest : rest.slice(0, -1);
  return measure(rest) === 1 && endsShort(rest) ? `${rest}e` : rest;
}

/** Radically loses its -alli before the other endings are looked at. */
function derive(word: string): string {
  if (word.endsWith('alli') && long(word.slice(0, -4))) return derive(word.slice(0, -2));
  return apply(word, DERIVED);
}

function withoutE(word: string): string {
  if (!word.endsWith('e')) return word;
  const rest = word.slice(0, -1);
  return longer(rest) || (measure(rest) === 1 && !endsShort(rest)) ? rest : word;
}

/** Letters as c and v: y is a vowel after a consonant. */
function shape(word: string): string {
  let letters = '';
  for (const letter of word) {
    const vowel = letter === 'y' ? letters.endsWith('c') : 'aeiou'.includes(letter);
    letters += vowel ? 'v' : 'c';
  }
  return letters;
}

const isConsonant = (word: string, at: number) => shape(word)[at] === 'c';
const hasVowel = (word: string) => shape(word).includes('v');
/** How often a consonant follows a vowel: Porter's m. */
const measure = (word: string) => shape(word).split('vc').length - 1;
const endsDouble = (word: string) =>
  word.length >= 2 && word.at(-1) === word.at(-2) && isConsonant(word, word.length - 1);
/** Consonant, vowel, consonant other than w, x and y; or but vowel and consonant. */
const endsShort = (word: string) =>
  (shape(word).endsWith('cvc') && !/[wxy]$/.test(word)) || shape(word) === 'vc';
