import { z } from 'zod';
import { pythonRegex } from '../../tasks/python-regex.ts';
import { splitWords, strip } from '../../tasks/python-text.ts';
import { countCapitalWords } from './count-capital-words.ts';
import { countSentences } from './count-sentences.ts';
import { isWrittenIn } from './is-written-in.ts';

/** Tells whether a response, which is not blank, follows an instruction; `place` is for errors. */
type Check<Arguments> = (response: string, given: Arguments, place: string) => boolean;

export interface Instruction {
  /** What a document's `kwargs` must hold for it. */
  arguments: z.ZodType;
  follows: Check<unknown>;
}

function instruction<Shape extends z.ZodRawShape>(
  shape: Shape,
  follows: Check<z.output<z.ZodObject<Shape>>>,
): Instruction {
  return { arguments: z.object(shape), follows: follows as Check<unknown> };
}

const relation = z.enum(['less than', 'at least']);
const holds = (count: number, how: z.infer<typeof relation>, limit: number) =>
  how === 'less than' ? count < limit : count >= limit;

const countOf = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].length;
const WORD = '[\\p{L}\\p{N}_]';
const BOUNDARY = `(?:(?<=${WORD})(?!${WORD})|(?<!${WORD})(?=${WORD}))`;
/** Keywords are Python patterns, found in any case. */
const keywordPattern = (source: string, place: string) => pythonRegex(`(?i)${source}`, place);

const isUpper = (text: string) => /\p{Uppercase}/u.test(text) && !/[\p{Lowercase}\p{Lt}]/u.test(text);
const isLower = (text: string) => /\p{Lowercase}/u.test(text) && !/[\p{Uppercase}\p{Lt}]/u.test(text);

/**
 * The 25 instructions of IFEval (Zhou et al. 2023) by their ids, as lm-eval 0.4.13 checks them. Where its checker would
 * draw a missing argument by chance the document is refused instead.
 */
export const INSTRUCTIONS: Readonly<Record<string, Instruction>> = {
  'keywords:existence': instruction(
    { keywords: z.array(z.string()).min(1) },
    (response, { keywords }, place) =>
      keywords.every((keyword) => response.search(keywordPattern(keyword, place)) >= 0),
  ),
  'keywords:frequency': instruction(
    { keyword: z.string().min(1), frequency: z.int(), relation },
    (response, { keyword, frequency, relation }, place) =>
      holds(countOf(response, keywordPattern(strip(keyword), place)), relation, frequency),
  ),
  'keywords:forbidden_words': instruction(
    { forbidden_words: z.array(z.string()).min(1) },
    (response, { forbidden_words }) =>
      forbidden_words.every((word) => !new RegExp(`${BOUNDARY}${word}${BOUNDARY}`, 'iu').test(response)),
  ),
  // Of any other character than a letter lm-eval makes one drawn by chance; here it stands for itself.
  'keywords:letter_frequency': instruction(
    { letter: z.string().min(1), let_frequency: z.int(), let_relation: relation },
    (response, { letter, let_frequency, let_relation }) =>
      holds(
        response.toLowerCase().split(strip(letter).toLowerCase()).length - 1,
        let_relation,
        let_frequency,
      ),
  ),
  'language:response_language': instruction({ language: z.string() }, (response, { language }) =>
    isWrittenIn(response, language),
  ),
  'length_constraints:number_sentences': instruction(
    { num_sentences: z.int(), relation },
    (response, { num_sentences, relation }) => holds(countSentences(response), relation, num_sentences),
  ),
  'length_constraints:number_paragraphs': instruction(
    { num_paragraphs: z.int() },
    (response, { num_paragraphs }) => {
      const paragraphs = response.split(/\s?\*\*\*\s?/u);
      const blank = paragraphs.map((paragraph) => strip(paragraph) === '');
      if (blank.slice(1, -1).includes(true)) return false;
      return blank.filter((one) => !one).length === num_paragraphs;
    },
  ),
  'length_constraints:number_words': instruction(
    { num_words: z.int(), relation },
    (response, { num_words, relation }) => holds(countOf(response, /[\p{L}\p{N}_]+/gu), relation, num_words),
  ),
  'length_constraints:nth_paragraph_first_word': instruction(
    { num_paragraphs: z.int(), nth_paragraph: z.int().positive(), first_word: z.string() },
    (response, { num_paragraphs, nth_paragraph, first_word }) => {
      const paragraphs = response.split('\n\n');
      const count = paragraphs.filter((paragraph) => strip(paragraph) !== '').length;
      if (nth_paragraph > count) return false;
      const [word] = splitWords(paragraphs[nth_paragraph - 1]!);
      if (word === undefined) return false;
      const bare = word
        .replace(/^'+/, '')
        .replace(/^"+/, '')
        .split(/[.,?!'"]/)[0]!;
      return count === num_paragraphs && bare.toLowerCase() === first_word.toLowerCase();
    },
  ),
  'detectable_content:number_placeholders': instruction(
    { num_placeholders: z.int() },
    (response, { num_placeholders }) => countOf(response, /\[[^\n]*?\]/g) >= num_placeholders,
  ),
  'detectable_content:postscript': instruction(
    { postscript_marker: z.string() },
    (response, { postscript_marker }, place) => {
      const marker = strip(postscript_marker);
      const patterns: Record<string, string> = { 'P.P.S': 'p\\.\\s?p\\.\\s?s', 'P.S.': 'p\\.\\s?s\\.' };
      return response.toLowerCase().search(pythonRegex(patterns[marker] ?? marker.toLowerCase(), place)) >= 0;
    },
  ),
  'detectable_format:number_bullet_lists': instruction(
    { num_bullets: z.int() },
    (response, { num_bullets }) =>
      // As a multi-line pattern sees them: the whitespace in front of a bullet may hold empty lines.
      countOf(response, /(?<=^|\n)\s*\*[^*][^\n]*/g) + countOf(response, /(?<=^|\n)\s*-[^\n]*/g) ===
      num_bullets,
  ),
  'detectable_format:constrained_response': instruction({}, (response) =>
    ['My answer is yes.', 'My answer is no.', 'My answer is maybe.'].some((one) => response.includes(one)),
  ),
  'detectable_format:number_highlighted_sections': instruction(
    { num_highlights: z.int() },
    (response, { num_highlights }) => {
      const marked = (pattern: RegExp) =>
        [...response.matchAll(pattern)].filter(([, inside]) => strip(inside!) !== '').length;
      return marked(/\*([^\n*]*)\*/g) + marked(/\*\*([^\n*]*)\*\*/g) >= num_highlights;
    },
  ),
  'detectable_format:multiple_sections': instruction(
    { section_spliter: z.string(), num_sections: z.int() },
    (response, { section_spliter, num_sections }, place) =>
      countOf(response, pythonRegex(`\\s?${strip(section_spliter)}\\s?\\d+\\s?`, place)) >= num_sections,
  ),
  'detectable_format:json_format': instruction({}, (response) => {
    const fence = /^(```(?:json|Json|JSON)?)?([^]*?)(```)?$/;
    try {
      JSON.parse(strip(fence.exec(strip(response))![2]!));
      return true;
    } catch {
      return false;
    }
  }),
  'detectable_format:title': instruction({}, (response) =>
    [...response.matchAll(/<<[^\n]+>>/g)].some(
      ([title]) => strip(title.replace(/^<+/, '').replace(/>+$/, '')) !== '',
    ),
  ),
  'combination:two_responses': instruction({}, (response) => {
    const parts = response.split('******').map(strip);
    if (parts.slice(1, -1).includes('')) return false;
    const answers = parts.filter((part) => part !== '');
    return answers.length === 2 && answers[0] !== answers[1];
  }),
  'combination:repeat_prompt': instruction(
    { prompt_to_repeat: z.string().min(1) },
    (response, { prompt_to_repeat }) =>
      strip(response).toLowerCase().startsWith(strip(prompt_to_repeat).toLowerCase()),
  ),
  'startend:end_checker': instruction({ end_phrase: z.string() }, (response, { end_phrase }) =>
    strip(response)
      .replace(/^"+|"+$/g, '')
      .toLowerCase()
      .endsWith(strip(end_phrase).toLowerCase()),
  ),
  'startend:quotation': instruction({}, (response) => /^"[^]*"$/.test(strip(response))),
  'change_case:capital_word_frequency': instruction(
    { capital_frequency: z.int(), capital_relation: relation },
    (response, { capital_frequency, capital_relation }) =>
      holds(countCapitalWords(response, isUpper), capital_relation, capital_frequency),
  ),
  'change_case:english_capital': instruction(
    {},
    (response) => isUpper(response) && isWrittenIn(response, 'en'),
  ),
  'change_case:english_lowercase': instruction(
    {},
    (response) => isLower(response) && isWrittenIn(response, 'en'),
  ),
  'punctuation:no_comma': instruction({}, (response) => !response.includes(',')),
};
