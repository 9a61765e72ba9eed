import { pythonRegex } from '../tasks/python-regex.ts';
import type { MetricEntry } from '../tasks/task-definition.ts';

const PUNCTUATION = /[!"#$%&'()*+,\-./:;<=>?@[\\\]^_`{|}~]/g;

/** lm-eval's exact_match: both sides cleaned in the same order, then compared. */
export function exactMatcher(entry: MetricEntry, file: string): (answer: string, target: string) => boolean {
  const ignored = entry.regexes_to_ignore.map((source) => pythonRegex(source, `${file}: regexes_to_ignore`));
  const clean = (text: string) => {
    let cleaned = ignored.reduce((rest, regex) => rest.replace(regex, ''), text);
    if (entry.ignore_case) cleaned = cleaned.toLowerCase();
    if (entry.ignore_punctuation) cleaned = cleaned.replace(PUNCTUATION, '');
    if (entry.ignore_numbers) cleaned = cleaned.replace(/[0-9]/g, '');
    return cleaned;
  };
  return (answer, target) => clean(answer) === clean(target);
}
