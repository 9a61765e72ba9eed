import { z } from 'zod';

const Value = z.union([z.string(), z.number(), z.boolean()]);

export const MetricEntry = z.strictObject({
  metric: z.string(),
  aggregation: z.string().optional(),
  higher_is_better: z.boolean().optional(),
  ignore_case: z.boolean().default(false),
  ignore_punctuation: z.boolean().default(false),
  ignore_numbers: z.boolean().default(false),
  regexes_to_ignore: z.array(z.string()).default([]),
  use_stemmer: z.boolean().default(false),
});
export type MetricEntry = z.infer<typeof MetricEntry>;

export const FilterStep = z.looseObject({ function: z.string() });
export type FilterStep = z.infer<typeof FilterStep>;

export const FilterPipeline = z.strictObject({ name: z.string(), filter: z.array(FilterStep).min(1) });
export type FilterPipeline = z.infer<typeof FilterPipeline>;

const Files = z.union([z.string(), z.array(z.string()).min(1)]);

/** The fields of an lm-eval task file that are followed here, with lm-eval's names, meanings and defaults. */
export const TaskDefinition = z.object({
  task: z.string().regex(/^[\w.-]+$/, 'use letters, digits, ".", "_" and "-"'),
  dataset_path: z.literal('json', {
    error: 'only "json" (local files, in dataset_kwargs.data_files) can be read',
  }),
  dataset_kwargs: z.strictObject({ data_files: z.union([Files, z.record(z.string(), Files)]) }),
  validation_split: z.string().nullish(),
  test_split: z.string().nullish(),
  output_type: z.enum(['multiple_choice', 'generate_until', 'loglikelihood', 'loglikelihood_rolling']),
  description: z.string().default(''),
  doc_to_text: z.union([z.string(), z.int()]).default(''),
  doc_to_target: z.union([z.string(), z.int(), z.array(Value)]).default(''),
  doc_to_choice: z.union([z.string(), z.array(z.string()), z.record(z.string(), z.string())]).optional(),
  target_delimiter: z.string().default(' '),
  fewshot_delimiter: z.string().default('\n\n'),
  num_fewshot: z.int().nonnegative().nullish(),
  repeats: z.int().default(1),
  generation_kwargs: z
    .strictObject({
      until: z.union([z.string().transform((text) => [text]), z.array(z.string())]).optional(),
      do_sample: z.boolean().default(false),
      temperature: z.number().default(0),
      max_gen_toks: z.int().positive().default(256),
      top_p: z.number().optional(),
    })
    .prefault({}),
  metric_list: z.array(MetricEntry).min(1),
  filter_list: z.array(FilterPipeline).min(1).optional(),
  metadata: z.record(z.string(), z.unknown()).optional(),
});
export type TaskDefinition = z.output<typeof TaskDefinition>;

/** Fields of lm-eval that change nothing in what is computed here. */
export const IGNORED_FIELDS = [
  'task_alias',
  'tag',
  'group',
  'training_split',
  'fewshot_split',
  'fewshot_config',
  'should_decontaminate',
  'doc_to_decontamination_query',
] as const;

/** Fields of lm-eval that cannot be followed yet: a task that sets one is refused rather than scored otherwise. */
export const UNSUPPORTED_FIELDS = [
  'class',
  'custom_dataset',
  'dataset_name',
  'doc_to_audio',
  'doc_to_image',
  'gen_prefix',
  'include',
  'process_docs',
  'process_results',
  'unsafe_code',
  'use_prompt',
] as const;
