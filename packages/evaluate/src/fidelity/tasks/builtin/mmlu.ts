import type { RawFields } from '../definition/read-fields.ts';

/** The 57 subjects of MMLU (Hendrycks et al. 2021) in the paper's four categories. */
const SUBJECTS: Record<string, readonly string[]> = {
  stem: [
    'abstract_algebra',
    'anatomy',
    'astronomy',
    'college_biology',
    'college_chemistry',
    'college_computer_science',
    'college_mathematics',
    'college_physics',
    'computer_security',
    'conceptual_physics',
    'electrical_engineering',
    'elementary_mathematics',
    'high_school_biology',
    'high_school_chemistry',
    'high_school_computer_science',
    'high_school_mathematics',
    'high_school_physics',
    'high_school_statistics',
    'machine_learning',
  ],
  other: [
    'business_ethics',
    'clinical_knowledge',
    'college_medicine',
    'global_facts',
    'human_aging',
    'management',
    'marketing',
    'medical_genetics',
    'miscellaneous',
    'nutrition',
    'professional_accounting',
    'professional_medicine',
    'virology',
  ],
  social_sciences: [
    'econometrics',
    'high_school_geography',
    'high_school_government_and_politics',
    'high_school_macroeconomics',
    'high_school_microeconomics',
    'high_school_psychology',
    'human_sexuality',
    'professional_psychology',
    'public_relations',
    'security_studies',
    'sociology',
    'us_foreign_policy',
  ],
  humanities: [
    'formal_logic',
    'high_school_european_history',
    'high_school_us_history',
    'high_school_world_history',
    'international_law',
    'jurisprudence',
    'logical_fallacies',
    'moral_disputes',
    'moral_scenarios',
    'philosophy',
    'prehistory',
    'professional_law',
    'world_religions',
  ],
};

const aggregate_metric_list = [{ metric: 'acc', weight_by_size: true }];
const metadata = { version: 2 };

const subject = (name: string): RawFields => ({
  dataset_path: 'cais/mmlu',
  dataset_name: name,
  test_split: 'test',
  fewshot_split: 'dev',
  fewshot_config: { sampler: 'first_n' },
  output_type: 'multiple_choice',
  description: `The following are multiple choice questions (with answers) about ${name.replaceAll('_', ' ')}.\n\n`,
  doc_to_text:
    '{{question.strip()}}\nA. {{choices[0]}}\nB. {{choices[1]}}\nC. {{choices[2]}}\nD. {{choices[3]}}\nAnswer:',
  doc_to_choice: ['A', 'B', 'C', 'D'],
  doc_to_target: 'answer',
  metric_list: [{ metric: 'acc', aggregation: 'mean', higher_is_better: true }],
  metadata: { version: 1 },
});

const categories = Object.entries(SUBJECTS);

/** MMLU as lm-eval 0.4.13 asks it: `mmlu`, its categories as groups, and each subject. */
export const MMLU_TASKS: Record<string, RawFields> = {
  mmlu: {
    group: 'mmlu',
    task: categories.map(([category]) => `mmlu_${category}`),
    aggregate_metric_list,
    metadata,
  },
  ...Object.fromEntries(
    categories.map(([category, names]) => [
      `mmlu_${category}`,
      {
        group: `mmlu_${category}`,
        group_alias: category.replaceAll('_', ' '),
        task: names.map((name) => `mmlu_${name}`),
        aggregate_metric_list,
        metadata,
      },
    ]),
  ),
  ...Object.fromEntries(
    categories.flatMap(([, names]) => names).map((name) => [`mmlu_${name}`, subject(name)]),
  ),
};
