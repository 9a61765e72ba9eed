import type { Category } from '@quantloop/core';

/** Words in the names of the tasks in use, by what they ask for; those of the demo model beside them. */
const WORDS: Record<Exclude<Category, 'other'>, readonly string[]> = {
  mathematics: ['gsm8k', 'gsm', 'math', 'mathqa', 'asdiv', 'svamp', 'mgsm', 'aime', 'arithmetic'],
  knowledge: ['mmlu', 'sciq', 'openbookqa', 'truthfulqa', 'triviaqa', 'nq', 'gpqa', 'recall'],
  reasoning: ['arc', 'hellaswag', 'piqa', 'siqa', 'winogrande', 'boolq', 'copa', 'bbh', 'logiqa', 'musr'],
  language: [
    'wikitext',
    'wikitext2',
    'lambada',
    'blimp',
    'cola',
    'agreement',
    'stories',
    'tinystories',
    'cnn',
    'xsum',
    'summarization',
    'wmt',
    'flores',
    'translation',
  ],
  instruction: ['ifeval'],
  code: ['humaneval', 'mbpp'],
};

/** What a task asks for, told from its name: `gsm8k_cot` is mathematics, `mmlu_abstract_algebra` knowledge. */
export function categoryOf(task: string): Category {
  // From the left: "mmlu_high_school_mathematics" asks for knowledge first.
  for (const word of task.toLowerCase().split(/[^a-z0-9]+/)) {
    for (const [category, words] of Object.entries(WORDS)) {
      if (words.includes(word)) return category as Category;
    }
  }
  return 'other';
}
