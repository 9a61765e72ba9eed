import { QuantloopError } from '@quantloop/core';
import type { DocumentResult } from './document-result.ts';
import { encodePair } from './encode-pair.ts';
import type { DocumentBatch } from './score-documents.ts';
import { scorePairs } from './score-pairs.ts';

interface Question {
  prompt: string;
  choices: string[];
  /** One a choice, then one a choice without its question where a metric needs that. */
  pairs: { context: string; continuation: string }[];
  /** Indices of the right choices; empty where the data names none that exists: always wrong. */
  gold: number[];
}

/** Multiple choice: the choice with the highest log-likelihood is the answer; among equals the first. */
export async function scoreChoices(batch: DocumentBatch): Promise<DocumentResult[]> {
  const { task, model, documents, ids } = batch;
  const questions = documents.map((document, i) => readQuestion(batch, document, ids[i]!));
  const pairs = questions.flatMap((question, i) =>
    question.pairs.map((pair, choice) => {
      const label = `${task.definition.task}, document ${ids[i]}, choice ${choice % question.choices.length}`;
      return {
        label,
        ...encodePair({ ...pair, tokenizer: model.tokenizer, maxLength: model.maxLength, label }),
      };
    }),
  );
  const scores = await scorePairs(batch, pairs);
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
        values,
        sample: {
          prompt,
          target: gold.map((index) => choices[index]).join(' | '),
          responses: choices.map((choice, at) => `${loglikelihoods[at]!.toFixed(4)} ${choice}`),
        },
      };
    }),
  );
}

function readQuestion({ task }: DocumentBatch, document: Record<string, unknown>, id: number): Question {
  const { definition, fields, judge } = task;
  const choices = fields.choices(document, id);
  const text = fields.text(document, id);
  const target = fields.target(document, id);
  const { description, target_delimiter } = definition;
  const alone = judge.unconditional
    ? choices.map((choice) => ({ context: '', continuation: target_delimiter + choice }))
    : [];
  // A number instead of a prompt: the choices are contexts, and all continue with the target.
  if (typeof text === 'number') {
    const continuation = `${target_delimiter}${String(target)}`;
    const pairs = choices.map((choice) => ({ context: description + choice, continuation }));
    return { prompt: description, choices, pairs: [...pairs, ...alone], gold: goldOf(text, choices) };
  }
  const context = description + text;
  const pairs = choices.map((choice) => ({ context, continuation: target_delimiter + choice }));
  const gold = goldOf(target, choices);
  if (gold.length === 0 && typeof target === 'string' && !/^\d+$/.test(target)) {
    throw new QuantloopError({
      code: 'invalid-spec',
      message: `${definition.task}: the target ${JSON.stringify(target)} of document ${id} is none of its choices`,
      hint: `The choices are ${JSON.stringify(choices)}.`,
    });
  }
  return { prompt: context, choices, pairs: [...pairs, ...alone], gold };
}

/** An index, a choice's text, or a list of either. */
function goldOf(target: unknown, choices: readonly string[]): number[] {
  if (Array.isArray(target)) return target.flatMap((one) => goldOf(one, choices));
  const index = typeof target === 'string' ? choices.indexOf(target) : Number(target);
  return Number.isInteger(index) && index >= 0 && index < choices.length ? [index] : [];
}
