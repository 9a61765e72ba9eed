import type { TaskDocument } from './data/task-document.ts';
import { pythonRegex } from './python-regex.ts';
import { strip } from './python-text.ts';

export interface ChoiceExtraction {
  regex_pattern: string;
  group_select: number;
  fallback: string;
  ignore_case: boolean;
  ignore_punctuation: boolean;
  regexes_to_ignore?: readonly string[] | null | undefined;
}

/**
 * lm-eval's `multi_choice_regex`: the answer's letter "(A)" from the pattern; failing that from the text of one of the
 * document's `choices`, longest first; failing that from a letter after a colon.
 */
export function choiceExtractor(
  options: ChoiceExtraction,
  place: string,
): (text: string, document: TaskDocument) => string {
  const pattern = pythonRegex(options.regex_pattern, place);
  const ignored = (options.regexes_to_ignore ?? []).map((source) =>
    pythonRegex(source, `${place}: regexes_to_ignore`),
  );
  const clean = (text: string) => {
    const rest = ignored.reduce((left, regex) => left.replace(regex, ''), text);
    const cased = options.ignore_case ? rest.toLowerCase() : rest;
    return options.ignore_punctuation ? cased.replace(/\p{P}/gu, '') : cased;
  };
  const find = (regex: RegExp, text: string) => {
    const hit = [...text.matchAll(regex)].at(options.group_select);
    if (hit === undefined) return '';
    const groups = hit.length === 1 ? hit : hit.slice(1);
    return strip(groups.find((group) => group !== undefined && group !== '') ?? '');
  };
  return (text, document) => {
    const choices = Array.isArray(document['choices']) ? (document['choices'] as unknown[]) : [];
    const texts = choices.map((choice) => clean(strip(String(choice))));
    const letters = texts.map((_, i) => String.fromCharCode(65 + i));
    const byLength = [...texts].sort((a, b) => b.length - a.length);
    const spoken = () => {
      const found = find(new RegExp(byLength.map(escaped).join('|'), 'g'), clean(text));
      // Of equal texts the last is meant, as in lm-eval's dictionary.
      return texts.includes(found) ? `(${letters[texts.lastIndexOf(found)]})` : found;
    };
    const afterColon = () => {
      const found = find(new RegExp(`:\\s*(${letters.join('|')})`, 'g'), text);
      return letters.includes(found) ? `(${found})` : found;
    };
    return find(pattern, text) || (choices.length > 0 && (spoken() || afterColon())) || options.fallback;
  };
}

const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
