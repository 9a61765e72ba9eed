import type { TaskDocument } from '../data/task-document.ts';
import { pythonLiteral } from '../python-literal.ts';
import { textColumn, type Hook } from './hook.ts';

const of = { folder: 'race', tasks: ['race'], datasets: ['EleutherAI/race'] };

interface Problem {
  question: string;
  answer: string;
  options: string[];
}

/** RACE (Lai et al. 2017): an article, its first questions with their answers, and the last one to be answered. */
export const RACE_HOOKS: Record<string, Hook> = {
  'race.doc_to_text': {
    python: 'preprocess_race.doc_to_text',
    of,
    field: 'doc_to_text',
    call: (document) => {
      const all = problems(document);
      const answered = all.slice(0, -1).map((problem) => {
        const answer = problem.options[rightOption(problem)];
        // A sentence to be completed is completed.
        return problem.question.endsWith('  _  .')
          ? `${problem.question.slice(0, -5)}${answer}\n`
          : `Question: ${problem.question}\nAnswer: ${answer}\n`;
      });
      return `Article: ${textColumn(document, 'article')}\n\n${answered.join('')}${all.at(-1)!.question}`;
    },
  },
  'race.doc_to_target': {
    python: 'preprocess_race.doc_to_target',
    of,
    field: 'doc_to_target',
    call: (document) => rightOption(problems(document).at(-1)!),
  },
  'race.doc_to_choice': {
    python: 'preprocess_race.doc_to_choice',
    of,
    field: 'doc_to_choice',
    call: (document) => problems(document).at(-1)!.options.slice(0, 4),
  },
};

/** The column holds them as Python text. */
function problems(document: TaskDocument): Problem[] {
  const list = pythonLiteral(textColumn(document, 'problems')) as Problem[];
  if (list.length === 0) throw new Error('"problems" is an empty list');
  return list;
}

function rightOption({ answer }: Problem): number {
  const index = 'ABCD'.indexOf(answer);
  if (index === -1 || answer.length !== 1)
    throw new Error(`the answer is "${answer}", expected A, B, C or D`);
  return index;
}
