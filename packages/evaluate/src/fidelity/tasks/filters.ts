import { QuantloopError, suggestName } from '@quantloop/core';
import { z } from 'zod';
import type { TaskDocument } from './data/task-document.ts';
import { choiceExtractor } from './extract-choice.ts';
import { FunctionReference } from './definition/function-reference.ts';
import { findHook } from './hooks/find-hook.ts';
import { pythonRegex } from './python-regex.ts';
import { strip } from './python-text.ts';
import { pythonStr } from './python-str.ts';
import type { FilterPipeline, FilterStep, TaskDefinition } from './task-definition.ts';

/** Makes the answers that are judged, usually one, out of the texts that were generated for a document. */
export type AnswerFilter = (texts: readonly string[], document: TaskDocument) => string[];

const RegexOptions = z.strictObject({
  regex_pattern: z.string().default('#### (\\-?[0-9\\.\\,]+)'),
  group_select: z.int().default(0),
  fallback: z.string().default('[invalid]'),
});

const ChoiceOptions = RegexOptions.extend({
  ignore_case: z.boolean().default(false),
  ignore_punctuation: z.boolean().default(false),
  regexes_to_ignore: z.array(z.string()).nullish(),
});

const MapOptions = z.strictObject({
  mapping_dict: z.record(z.string(), z.unknown()).default({}),
  default_value: z.unknown().optional(),
});

/** What filters need to know of their task. */
type FilteredTask = Pick<TaskDefinition, 'task' | 'dataset_path' | 'repeats'>;

interface FilterKind<Options> {
  options: z.ZodType<Options>;
  make(options: Options, place: string, task: FilteredTask): AnswerFilter;
}

const filter = <Options>(
  options: z.ZodType<Options>,
  make: FilterKind<Options>['make'],
): FilterKind<unknown> => ({ options, make: make as FilterKind<unknown>['make'] });

/** A filter without options that looks at one text at a time. */
const each = (apply: (text: string) => string) =>
  filter(z.strictObject({}), () => (texts) => texts.map(apply));

/** lm-eval's filters by name. */
const FILTERS: Record<string, FilterKind<unknown>> = {
  regex: filter(RegexOptions, (options, place) => {
    const extract = regexExtractor(options, place);
    return (texts) => texts.map(extract);
  }),
  multi_choice_regex: filter(ChoiceOptions, (options, place) => {
    const extract = choiceExtractor(options, place);
    return (texts, document) => texts.map((text) => extract(text, document));
  }),
  map: filter(MapOptions, ({ mapping_dict, default_value }) => {
    return (texts) =>
      texts.map((text) =>
        pythonStr(Object.hasOwn(mapping_dict, text) ? mapping_dict[text] : (default_value ?? null)),
      );
  }),
  take_first: filter(z.strictObject({}), () => ([first]) => [first!]),
  take_first_k: filter(
    z.strictObject({ k: z.int().positive() }),
    ({ k }) =>
      (texts) =>
        texts.slice(0, k),
  ),
  majority_vote: filter(z.strictObject({}), () => (texts) => [mostCommon(texts)]),
  lowercase: each((text) => text.toLowerCase()),
  uppercase: each((text) => text.toUpperCase()),
  remove_whitespace: each(strip),
  custom: filter(
    z.strictObject({ filter_fn: z.instanceof(FunctionReference) }),
    ({ filter_fn }, place, task) => findHook(filter_fn, 'filter_fn', task, place),
  ),
};

export function makeFilter(pipeline: FilterPipeline, place: string, task: FilteredTask): AnswerFilter {
  const where = `${place}: filter_list "${pipeline.name}"`;
  const steps = pipeline.filter.map((step) => makeStep(step, where, task));
  const k = Math.max(0, ...pipeline.filter.map((step) => (typeof step.k === 'number' ? step.k : 0)));
  if (k > task.repeats) {
    throw new QuantloopError({
      code: 'invalid-spec',
      message: `${where}: take_first_k takes ${k} answers, repeats is ${task.repeats}`,
      hint: `Set repeats: ${k}.`,
    });
  }
  return (texts, document) => steps.reduce<string[]>((answers, step) => step(answers, document), [...texts]);
}

function makeStep(
  { function: name, ...written }: FilterStep,
  place: string,
  task: FilteredTask,
): AnswerFilter {
  const kind = Object.hasOwn(FILTERS, name) ? FILTERS[name] : undefined;
  if (kind === undefined) {
    throw new QuantloopError({
      code: 'unsupported',
      message: `${place}: unknown filter "${name}"`,
      hint: suggestName(name, Object.keys(FILTERS)),
    });
  }
  const options = kind.options.safeParse(written);
  if (options.success) return kind.make(options.data, place, task);
  throw new QuantloopError({
    code: 'invalid-spec',
    message: `${place}: the filter "${name}": ${z.prettifyError(options.error)}`,
  });
}

/** Python's findall, then one of the hits; of a hit with several groups the first that is not empty. */
function regexExtractor(
  { regex_pattern, group_select, fallback }: z.output<typeof RegexOptions>,
  place: string,
): (text: string) => string {
  const regex = pythonRegex(regex_pattern, place);
  return (text) => {
    const hit = [...text.matchAll(regex)].at(group_select);
    if (hit === undefined) return fallback;
    if (hit.length <= 2) return strip(hit[1] ?? (hit.length === 1 ? hit[0] : ''));
    const group = hit.slice(1).find((part) => part !== undefined && part !== '');
    return strip(group ?? fallback);
  };
}

/** Of equally common ones the first. */
function mostCommon(texts: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].reduce((best, entry) => (entry[1] > best[1] ? entry : best))[0];
}
