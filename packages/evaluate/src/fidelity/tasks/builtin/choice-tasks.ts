import type { RawFields } from '../definition/read-fields.ts';
import { FunctionReference } from '../definition/function-reference.ts';

const mean = (metric: string) => ({ metric, aggregation: 'mean', higher_is_better: true });
const ACC = [mean('acc')];
const ACC_AND_NORM = [mean('acc'), mean('acc_norm')];

const question = { output_type: 'multiple_choice', metric_list: ACC_AND_NORM };
const splits = { training_split: 'train', validation_split: 'validation' };

const arc = (name: string): RawFields => ({
  ...question,
  ...splits,
  tag: 'ai2_arc',
  dataset_path: 'allenai/ai2_arc',
  dataset_name: name,
  test_split: 'test',
  doc_to_text: 'Question: {{question}}\nAnswer:',
  doc_to_choice: '{{choices.text}}',
  doc_to_target: '{{choices.label.index(answerKey)}}',
  metadata: { version: 1 },
});

/** Questions with choices, in the prompts and with the data sets of lm-eval 0.4.13. */
export const CHOICE_TASKS: Record<string, RawFields> = {
  // Clark et al. 2018
  arc_easy: arc('ARC-Easy'),
  arc_challenge: arc('ARC-Challenge'),
  // Clark et al. 2019
  boolq: {
    ...question,
    ...splits,
    dataset_path: 'aps/super_glue',
    dataset_name: 'boolq',
    doc_to_text: '{{passage}}\nQuestion: {{question}}?\nAnswer:',
    doc_to_choice: ['no', 'yes'],
    doc_to_target: 'label',
    metric_list: ACC,
    metadata: { version: 2 },
  },
  // Zellers et al. 2019
  hellaswag: {
    ...question,
    ...splits,
    dataset_path: 'Rowan/hellaswag',
    process_docs: new FunctionReference('hellaswag.process_docs'),
    doc_to_text: '{{query}}',
    doc_to_choice: 'choices',
    doc_to_target: '{{label}}',
    metadata: { version: 1 },
  },
  // Mihaylov et al. 2018
  openbookqa: {
    ...question,
    ...splits,
    dataset_path: 'allenai/openbookqa',
    dataset_name: 'main',
    test_split: 'test',
    doc_to_text: 'question_stem',
    doc_to_choice: '{{choices.text}}',
    doc_to_target: '{{choices.label.index(answerKey.lstrip())}}',
    metadata: { version: 1 },
  },
  // Bisk et al. 2020
  piqa: {
    ...question,
    ...splits,
    dataset_path: 'baber/piqa',
    doc_to_text: 'Question: {{goal}}\nAnswer:',
    doc_to_choice: '{{[sol1, sol2]}}',
    doc_to_target: 'label',
    metadata: { version: 1 },
  },
  // Welbl et al. 2017
  sciq: {
    ...question,
    ...splits,
    dataset_path: 'allenai/sciq',
    test_split: 'test',
    doc_to_text: '{{support.lstrip()}}\nQuestion: {{question}}\nAnswer:',
    doc_to_choice: '{{[distractor1, distractor2, distractor3, correct_answer]}}',
    doc_to_target: 3,
    metadata: { version: 1 },
  },
  // Sakaguchi et al. 2020
  winogrande: {
    ...question,
    ...splits,
    dataset_path: 'allenai/winogrande',
    dataset_name: 'winogrande_xl',
    doc_to_text: new FunctionReference('winogrande.doc_to_text'),
    doc_to_choice: new FunctionReference('winogrande.doc_to_choice'),
    doc_to_target: new FunctionReference('winogrande.doc_to_target'),
    metric_list: ACC,
    metadata: { version: 1 },
  },
};
