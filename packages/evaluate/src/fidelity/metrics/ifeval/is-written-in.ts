import { franc } from 'franc';

/** ISO 639-1 → franc's ISO 639-3, of the languages that IFEval asks for and langdetect, its detector, tells apart. */
const LANGUAGES: Readonly<Record<string, string>> = {
  af: 'afr',
  ar: 'arb',
  bg: 'bul',
  bn: 'ben',
  ca: 'cat',
  cs: 'ces',
  da: 'dan',
  de: 'deu',
  el: 'ell',
  en: 'eng',
  es: 'spa',
  et: 'ekk',
  fa: 'pes',
  fi: 'fin',
  fr: 'fra',
  gu: 'guj',
  he: 'heb',
  hi: 'hin',
  hr: 'hrv',
  hu: 'hun',
  id: 'ind',
  it: 'ita',
  ja: 'jpn',
  kn: 'kan',
  ko: 'kor',
  lt: 'lit',
  lv: 'lvs',
  mk: 'mkd',
  ml: 'mal',
  mr: 'mar',
  ne: 'npi',
  nl: 'nld',
  no: 'nob',
  pa: 'pan',
  pl: 'pol',
  pt: 'por',
  ro: 'ron',
  ru: 'rus',
  sk: 'slk',
  sl: 'slv',
  so: 'som',
  sq: 'als',
  sv: 'swe',
  sw: 'swh',
  ta: 'tam',
  te: 'tel',
  th: 'tha',
  tl: 'tgl',
  tr: 'tur',
  uk: 'ukr',
  ur: 'urd',
  vi: 'vie',
  zh: 'cmn',
};

const ONLY = [...Object.values(LANGUAGES), 'prs'];

/**
 * Whether a text is in a language (ISO 639-1), told by franc's trigrams. lm-eval asks langdetect, whose answer for a
 * text of a few words varies from run to run; of sentences both say the same. A text without letters is in any.
 */
export function isWrittenIn(text: string, language: string): boolean {
  // Trigrams are of small letters; langdetect reads capitals as they are.
  const found = franc(text.toLowerCase(), { only: ONLY, minLength: 1 });
  if (found === 'und') return true;
  return found === LANGUAGES[language] || (language === 'fa' && found === 'prs');
}
