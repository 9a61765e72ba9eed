import { QuantloopError, suggestName } from '@quantloop/core';
import { z } from 'zod';
import { pythonRegex } from './python-regex.ts';
import { strip } from './python-text.ts';
import type { FilterPipeline, FilterStep } from './task-definition.ts';

/** Makes the answer that is judged out of the text that was generated. */
export type AnswerFilter = (text: string) => string;

const RegexStep = z.strictObject({
  function: z.literal('regex'),
  regex_pattern: z.string().default('#### (\\-?[0-9\\.\\,]+)'),
  group_select: z.int().default(0),
  fallback: z.string().default('[invalid]'),
});

const plain = (apply: AnswerFilter) => (step: FilterStep, place: string) => {
  const [extra] = Object.keys(step).filter((key) => key !== 'function');
  if (extra === undefined) return apply;
  throw new QuantloopError({
    code: 'invalid-spec',
    message: `${place}: the filter "${step.function}" takes no "${extra}"`,
  });
};

/** lm-eval's filters by name, each making its function from the step as written. */
const FILTERS: Record<string, (step: FilterStep, place: string) => AnswerFilter> = {
  regex: regexFilter,
  // One response a document: the first is the only one.
  take_first: plain((text) => text),
  lowercase: plain((text) => text.toLowerCase()),
  uppercase: plain((text) => text.toUpperCase()),
  // lm-eval's name; what it does is drop one leading space.
  remove_whitespace: plain((text) => (text.startsWith(' ') ? text.slice(1) : text)),
};

export function makeFilter(pipeline: FilterPipeline, file: string): AnswerFilter {
  const place = `${file}: filter_list "${pipeline.name}"`;
  const steps = pipeline.filter.map((step) => {
    const make = Object.hasOwn(FILTERS, step.function) ? FILTERS[step.function] : undefined;
    if (make !== undefined) return make(step, place);
    throw new QuantloopError({
      code: 'unsupported',
      message: `${place}: unknown filter "${step.function}"`,
      hint: suggestName(step.function, Object.keys(FILTERS)),
    });
  });
  return (text) => steps.reduce((answer, step) => step(answer), text);
}

/** Python's findall, then one of the hits; of a hit with several groups the first that is not empty. */
function regexFilter(step: FilterStep, place: string): AnswerFilter {
  const parsed = RegexStep.safeParse(step);
  if (!parsed.success) {
    throw new QuantloopError({ code: 'invalid-spec', message: `${place}: ${z.prettifyError(parsed.error)}` });
  }
  const { regex_pattern, group_select, fallback } = parsed.data;
  const regex = pythonRegex(regex_pattern, place);
  return (text) => {
    const hit = [...text.matchAll(regex)].at(group_select);
    if (hit === undefined) return fallback;
    if (hit.length <= 2) return strip(hit[1] ?? (hit.length === 1 ? hit[0] : ''));
    const group = hit.slice(1).find((part) => part !== undefined && part !== '');
    return group === undefined ? fallback : strip(group);
  };
}
