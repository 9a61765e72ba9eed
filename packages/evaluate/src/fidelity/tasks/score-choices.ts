import type { DocumentResult } from './document-result.ts';
import { encodePairs } from './encode-pairs.ts';
import { questionOf } from './question.ts';
import type { DocumentBatch } from './score-documents.ts';
import { scorePairs } from './score-pairs.ts';

/** Multiple choice: the choice with the highest log-likelihood is the answer; among equals the first. */
export async function scoreChoices(batch: DocumentBatch): Promise<DocumentResult[]> {
  const { task, model, documents, ids, shots } = batch;
  const questions = documents.map((document, i) => questionOf(task, document, ids[i]!, shots[i]!));
  const pairs = questions.flatMap((question, i) =>
    question.pairs.map((pair, choice) => ({
      ...pair,
      label: `${task.definition.task}, document ${ids[i]}, choice ${choice % question.choices.length}`,
    })),
  );
  const scores = await scorePairs(batch, encodePairs(model, pairs));
  let next = 0;
  return Promise.all(
    questions.map(async ({ prompt, choices, pairs, gold }, i) => {
      const own = scores.slice(next, (next += pairs.length));
      const loglikelihoods = own.slice(0, choices.length).map(({ loglikelihood }) => loglikelihood);
      const values = await task.judge.values('multiple_choice', {
        document: documents[i]!,
        choices,
        loglikelihoods,
        greedy: own.slice(0, choices.length).map(({ greedy }) => greedy),
        ...(own.length > choices.length
          ? { unconditional: own.slice(choices.length).map(({ loglikelihood }) => loglikelihood) }
          : {}),
        gold,
      });
      return {
        values: {
          ...values,
          ...(task.results !== undefined && 'choices' in task.results
            ? task.results.choices(documents[i]!, loglikelihoods)
            : {}),
        },
        sample: {
          prompt,
          target: gold.map((index) => choices[index]).join(' | '),
          responses: choices.map((choice, at) => `${loglikelihoods[at]!.toFixed(4)} ${choice}`),
        },
      };
    }),
  );
}
