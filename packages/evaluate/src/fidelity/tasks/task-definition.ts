import { z } from 'zod';
import { FunctionReference } from './definition/function-reference.ts';
import { SAMPLERS } from './few-shot/draw-shots.ts';

const Value = z.union([z.string(), z.number(), z.boolean()]);
const Hook = z.instanceof(FunctionReference);

/** lm-eval's functions of task folders that metric_list may call, by the names they have here. */
const METRIC_FUNCTIONS = [
  'utils.pass_at_k',
  'utils.pass_at_1',
  'utils.agg_inst_level_acc',
  'utils.macro_f1_score',
  'utils.weighted_f1_score',
] as const;

const named = z.union([
  z.string(),
  Hook.refine(({ name }) => (METRIC_FUNCTIONS as readonly string[]).includes(name), {
    error: `is a Python function without an equivalent here; known are ${METRIC_FUNCTIONS.join(', ')}`,
  }).transform(({ name }) => name.slice('utils.'.length)),
]);

export const MetricEntry = z.strictObject({
  metric: named,
  aggregation: named.optional(),
  higher_is_better: z.boolean().optional(),
  /** Stands in entries of some task files; lm-eval reads it in groups only. */
  weight_by_size: z.boolean().optional(),
  ignore_case: z.boolean().default(false),
  ignore_punctuation: z.boolean().default(false),
  ignore_numbers: z.boolean().default(false),
  regexes_to_ignore: z.array(z.string()).default([]),
  use_stemmer: z.boolean().default(false),
  k: z
    .union([
      z
        .int()
        .positive()
        .transform((one) => [one]),
      z.array(z.int().positive()).min(1),
    ])
    .prefault([1]),
});
export type MetricEntry = z.infer<typeof MetricEntry>;

export const FilterStep = z.looseObject({ function: z.string() });
export type FilterStep = z.infer<typeof FilterStep>;

export const FilterPipeline = z.strictObject({ name: z.string(), filter: z.array(FilterStep).min(1) });
export type FilterPipeline = z.infer<typeof FilterPipeline>;

const Files = z.union([z.string(), z.array(z.string()).min(1)]);

const text = z.union([z.string(), z.int(), Hook]);
const target = z.union([z.string(), z.int(), z.array(Value), Hook]);
const choice = z.union([z.string(), z.array(Value), z.record(z.string(), z.string()), Hook]);

/** How the examples of a prompt are chosen and written; what is absent is as in the task itself. */
export const FewshotConfig = z.strictObject({
  sampler: z.enum(SAMPLERS).default('default'),
  split: z.string().nullish(),
  process_docs: Hook.nullish(),
  /** Examples written out in the task file. */
  samples: z.array(z.record(z.string(), z.unknown())).nullish(),
  doc_to_text: text.nullish(),
  doc_to_target: target.nullish(),
  doc_to_choice: choice.nullish(),
  gen_prefix: z.string().nullish(),
  target_delimiter: z.string().nullish(),
  fewshot_delimiter: z.string().nullish(),
});

/** The fields of an lm-eval task file that are followed here, with lm-eval's names, meanings and defaults. */
export const TaskDefinition = z.object({
  task: z.string().regex(/^[\w.:-]+$/, 'use letters, digits, ".", "_", ":" and "-"'),
  /** `json`, `csv` or `parquet` for files in dataset_kwargs.data_files, a folder, or a data set on the hub. */
  dataset_path: z.string(),
  dataset_name: z.string().nullish(),
  dataset_kwargs: z
    .strictObject({
      data_files: z.union([Files, z.record(z.string(), Files)]).optional(),
      data_dir: z.string().optional(),
      /** Branch, tag or commit of a data set on the hub. */
      revision: z.string().optional(),
      /** Data sets are read, never run. */
      trust_remote_code: z.boolean().optional(),
    })
    .nullish(),
  training_split: z.string().nullish(),
  validation_split: z.string().nullish(),
  test_split: z.string().nullish(),
  fewshot_split: z.string().nullish(),
  fewshot_config: FewshotConfig.nullish(),
  output_type: z
    .enum(['multiple_choice', 'generate_until', 'loglikelihood', 'loglikelihood_rolling'])
    .default('generate_until'),
  process_docs: Hook.nullish(),
  process_results: Hook.nullish(),
  description: z.string().default(''),
  doc_to_text: text.default(''),
  doc_to_target: target.default(''),
  doc_to_choice: choice.nullish(),
  target_delimiter: z.string().default(' '),
  fewshot_delimiter: z.string().default('\n\n'),
  gen_prefix: z.string().nullish(),
  num_fewshot: z.int().nonnegative().nullish(),
  repeats: z.int().positive().default(1),
  generation_kwargs: z
    .strictObject({
      until: z.union([z.string().transform((one) => [one]), z.array(z.string())]).nullish(),
      do_sample: z.boolean().default(false),
      temperature: z.coerce.number().default(0),
      max_gen_toks: z.int().positive().default(256),
      top_k: z.int().nonnegative().optional(),
      top_p: z.number().min(0).max(1).optional(),
    })
    .nullish()
    .transform((value) => value ?? { do_sample: false, temperature: 0, max_gen_toks: 256 }),
  metric_list: z.array(MetricEntry).min(1),
  filter_list: z.array(FilterPipeline).min(1).nullish(),
  metadata: z.union([z.record(z.string(), z.unknown()), z.array(z.unknown())]).nullish(),
});
export type TaskDefinition = z.output<typeof TaskDefinition>;

/** Metrics of a task that lists none. */
export const DEFAULT_METRICS: Record<TaskDefinition['output_type'], readonly string[]> = {
  multiple_choice: ['acc', 'acc_norm'],
  generate_until: ['exact_match'],
  loglikelihood: ['perplexity', 'acc'],
  loglikelihood_rolling: ['word_perplexity', 'byte_perplexity', 'bits_per_byte'],
};

/** Fields of lm-eval that change nothing in what is computed here. */
export const IGNORED_FIELDS = [
  'task_alias',
  'tag',
  'should_decontaminate',
  'doc_to_decontamination_query',
  // Whether programs are run is told by the metrics.
  'unsafe_code',
] as const;

/** Fields of lm-eval that are not followed, and why: a task that sets one is refused rather than scored otherwise. */
export const REFUSED_FIELDS: Record<string, { why: string; instead: string }> = {
  class: {
    why: 'its task is a Python class',
    instead: 'Write the task with the fields of a task file.',
  },
  custom_dataset: {
    why: 'its data is made by Python code',
    instead:
      'Make the data with lm-eval once, write it as JSON lines, and name it in dataset_kwargs.data_files.',
  },
  doc_to_audio: { why: 'models here read text', instead: 'Leave the task out.' },
  doc_to_image: { why: 'models here read text', instead: 'Leave the task out.' },
  use_prompt: {
    why: 'its prompt is one of the Python package promptsource',
    instead: 'Write the prompt into doc_to_text, doc_to_target and doc_to_choice.',
  },
};
