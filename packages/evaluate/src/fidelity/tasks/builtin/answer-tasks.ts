import type { RawFields } from '../definition/read-fields.ts';
import { FunctionReference } from '../definition/function-reference.ts';

const greedy = { do_sample: false, temperature: 0 };

const LANGUAGES: Readonly<Record<string, string>> = {
  en: 'English',
  fr: 'French',
  de: 'German',
  ro: 'Romanian',
};

/** WMT's sentences from one language to another; `pair` is the data set's name for both directions. */
const translation = (year: 'wmt14' | 'wmt16', pair: string, from: string, to: string): RawFields => ({
  tag: ['translation', year],
  dataset_path: `wmt/${year}`,
  dataset_name: pair,
  training_split: 'train',
  validation_split: 'validation',
  fewshot_split: 'validation',
  test_split: 'test',
  output_type: 'generate_until',
  doc_to_text: `${LANGUAGES[from]} phrase: {{translation["${from}"]}}\n${LANGUAGES[to]} phrase:`,
  doc_to_target: ` {{translation["${to}"]}}`,
  generation_kwargs: { until: ['\n'], ...greedy },
  metric_list: [{ metric: 'bleu' }, { metric: 'ter' }, { metric: 'chrf' }],
  metadata: { version: 1 },
});

/** Answers in words or in code, in the prompts and with the data sets of lm-eval 0.4.13. */
export const ANSWER_TASKS: Record<string, RawFields> = {
  // Zhou et al. 2023
  ifeval: {
    dataset_path: 'google/IFEval',
    test_split: 'train',
    output_type: 'generate_until',
    num_fewshot: 0,
    doc_to_text: 'prompt',
    doc_to_target: 0,
    generation_kwargs: { until: [], ...greedy, max_gen_toks: 1280 },
    metric_list: [
      { metric: 'prompt_level_strict_acc' },
      { metric: 'inst_level_strict_acc' },
      { metric: 'prompt_level_loose_acc' },
      { metric: 'inst_level_loose_acc' },
    ],
    metadata: { version: 4 },
  },
  // See et al. 2017. lm-eval's BERTScore asks a second model and is left out.
  cnn_dailymail_abisee: {
    tag: 'summarization',
    dataset_path: 'abisee/cnn_dailymail',
    dataset_name: '3.0.0',
    test_split: 'test',
    output_type: 'generate_until',
    num_fewshot: 0,
    doc_to_text: 'Summarize the following article:\n\n{{article}}\n\nSummary:',
    doc_to_target: '{{highlights}}',
    generation_kwargs: { max_gen_toks: 128, do_sample: false },
    metric_list: ['rouge1', 'rouge2', 'rougeL'].map((metric) => ({ metric, use_stemmer: true })),
    metadata: { version: 1 },
  },
  'wmt14-en-fr': translation('wmt14', 'fr-en', 'en', 'fr'),
  'wmt14-fr-en': translation('wmt14', 'fr-en', 'fr', 'en'),
  'wmt16-en-de': translation('wmt16', 'de-en', 'en', 'de'),
  'wmt16-de-en': translation('wmt16', 'de-en', 'de', 'en'),
  'wmt16-en-ro': translation('wmt16', 'ro-en', 'en', 'ro'),
  'wmt16-ro-en': translation('wmt16', 'ro-en', 'ro', 'en'),
  // Chen et al. 2021
  humaneval: {
    tag: 'code',
    dataset_path: 'openai/openai_humaneval',
    test_split: 'test',
    unsafe_code: true,
    output_type: 'generate_until',
    num_fewshot: 0,
    doc_to_text: '{{prompt}}',
    doc_to_target: '{{test}}\ncheck({{entry_point}})',
    generation_kwargs: {
      until: ['\nclass', '\ndef', '\n#', '\nif', '\nprint'],
      max_gen_toks: 1024,
      do_sample: false,
    },
    metric_list: [{ metric: 'pass_at_k', k: [1] }],
    filter_list: [
      {
        name: 'create_test',
        filter: [{ function: 'custom', filter_fn: new FunctionReference('humaneval.build_predictions') }],
      },
    ],
    metadata: { version: 1 },
  },
  // Austin et al. 2021, whose prompt shows its tasks 2, 3 and 4.
  mbpp: {
    tag: 'code',
    dataset_path: 'google-research-datasets/mbpp',
    dataset_name: 'full',
    test_split: 'test',
    fewshot_split: 'prompt',
    unsafe_code: true,
    output_type: 'generate_until',
    num_fewshot: 3,
    doc_to_text:
      'You are an expert Python programmer, and here is your task: {{text}} Your code should pass these tests:\n\n{{test_list[0]}}\n{{test_list[1]}}\n{{test_list[2]}}\n[BEGIN]\n',
    doc_to_target: '{{test_list[0]}}\n{{test_list[1]}}\n{{test_list[2]}}',
    target_delimiter: '',
    fewshot_config: {
      sampler: 'first_n',
      process_docs: new FunctionReference('mbpp.examples'),
      doc_to_target: '{{code}}\n[DONE]',
    },
    generation_kwargs: { until: ['[DONE]'], do_sample: false },
    metric_list: [{ metric: 'pass_at_1' }],
    metadata: { version: 1 },
  },
};
