import { WHITESPACE } from '../python-text.ts';
import { textColumn, type Hook } from './hook.ts';

const of = {
  folder: 'wikitext',
  tasks: ['wikitext'],
  datasets: ['EleutherAI/wikitext_document_level', 'wikitext'],
};

/** WikiText pages are scored as ordinary text, and counted as they were written: in tokens with spaces around them. */
export const WIKITEXT_HOOKS: Record<string, Hook> = {
  'wikitext.detokenizer': {
    python: 'preprocess_wikitext.wikitext_detokenizer',
    of,
    field: 'doc_to_target',
    call: (document) => detokenize(textColumn(document, 'page')),
  },
  'wikitext.process_results': {
    python: 'preprocess_wikitext.process_results',
    of,
    field: 'process_results',
    call: { counted: (document) => textColumn(document, 'page') },
  },
};

// A pair of signs loses the whitespace just inside it; what it encloses may span lines.
const PAIRS = ['()', '[]', '{}', '""', "''"].map(([open, close]) => {
  const inside = `[${WHITESPACE}]*([^\\${close}]*?)[${WHITESPACE}]*`;
  return { pattern: new RegExp(`\\${open}${inside}\\${close}`, 'g'), open, close };
});

const BEFORE_PAIRS = [
  ["s '", "s'"],
  [' @-@ ', '-'],
  [' @,@ ', ','],
  [' @.@ ', '.'],
  ...[...':;.!?,'].map((sign) => [` ${sign} `, `${sign} `] as const),
] as const;

const AFTER_PAIRS = [
  ['= = = =', '===='],
  ['= = =', '==='],
  ['= =', '=='],
  [' ° ', '°'],
  [' \n', '\n'],
  ['\n ', '\n'],
  [' N ', ' 1 '],
  [" 's", "'s"],
] as const;

/** lm-eval's detokenizer of WikiText, replacement by replacement in its order. */
function detokenize(page: string): string {
  let text = replaced(page, BEFORE_PAIRS);
  for (const { pattern, open, close } of PAIRS) {
    text = text.replace(pattern, (_, inside: string) => `${open}${inside}${close}`);
  }
  return replaced(text, AFTER_PAIRS);
}

function replaced(text: string, pairs: readonly (readonly [string, string])[]): string {
  return pairs.reduce((rest, [from, to]) => rest.replaceAll(from, to), text);
}
