import type { RawFields } from '../definition/read-fields.ts';
import { FunctionReference } from '../definition/function-reference.ts';

/** Texts and answers written out, in the prompts and with the data sets of lm-eval 0.4.13. */
export const TEXT_TASKS: Record<string, RawFields> = {
  // Merity et al. 2017
  wikitext: {
    dataset_path: 'EleutherAI/wikitext_document_level',
    dataset_name: 'wikitext-2-raw-v1',
    training_split: 'train',
    validation_split: 'validation',
    test_split: 'test',
    output_type: 'loglikelihood_rolling',
    doc_to_target: new FunctionReference('wikitext.detokenizer'),
    process_results: new FunctionReference('wikitext.process_results'),
    metadata: { version: 2 },
  },
  // Paperno et al. 2016, in the version of Radford et al. 2019
  lambada_openai: {
    tag: 'lambada',
    dataset_path: 'EleutherAI/lambada_openai',
    dataset_name: 'default',
    test_split: 'test',
    output_type: 'loglikelihood',
    doc_to_text: "{{text.split(' ')[:-1]|join(' ')}}",
    doc_to_target: "{{' '+text.split(' ')[-1]}}",
    metric_list: [
      { metric: 'perplexity', aggregation: 'perplexity', higher_is_better: false },
      { metric: 'acc', aggregation: 'mean', higher_is_better: true },
    ],
    metadata: { version: 1 },
  },
  // Cobbe et al. 2021
  gsm8k: {
    dataset_path: 'openai/gsm8k',
    dataset_name: 'main',
    training_split: 'train',
    fewshot_split: 'train',
    test_split: 'test',
    output_type: 'generate_until',
    num_fewshot: 5,
    doc_to_text: 'Question: {{question}}\nAnswer:',
    doc_to_target: '{{answer}}',
    generation_kwargs: { until: ['Question:', '</s>', '<|im_end|>'], do_sample: false, temperature: 0 },
    metric_list: [
      {
        metric: 'exact_match',
        aggregation: 'mean',
        higher_is_better: true,
        ignore_case: true,
        ignore_punctuation: false,
        regexes_to_ignore: [',', '\\$', '(?s).*#### ', '\\.$'],
      },
    ],
    filter_list: [
      {
        name: 'strict-match',
        filter: [{ function: 'regex', regex_pattern: '#### (\\-?[0-9\\.\\,]+)' }, { function: 'take_first' }],
      },
      {
        name: 'flexible-extract',
        filter: [
          { function: 'regex', group_select: -1, regex_pattern: '(-?[$0-9.,]{2,})|(-?[0-9]+)' },
          { function: 'take_first' },
        ],
      },
    ],
    metadata: { version: 3 },
  },
};
