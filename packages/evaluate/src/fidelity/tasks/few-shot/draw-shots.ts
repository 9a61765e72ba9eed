import { isDeepStrictEqual } from 'node:util';
import { QuantloopError } from '@quantloop/core';
import type { TaskDocument } from '../data/task-document.ts';
import { PythonRandom } from '../../../statistics/python-random.ts';

/** lm-eval's `--seed` for few-shot examples. */
const SEED = 1234;

/** How lm-eval 0.4.13 chooses the examples of a prompt. */
export const SAMPLERS = ['default', 'first_n'] as const;

export interface ShotPool {
  documents: readonly TaskDocument[];
  sampler: (typeof SAMPLERS)[number];
  /** Whether a document is never shown its own answer: lm-eval checks only where pool and test split are the same. */
  excludesEvaluated: boolean;
}

/**
 * The examples shown before each document. `default` draws them from one generator in document order, so a document's
 * examples depend on how many come before it; where the evaluated document is excluded one more is drawn, and it is
 * dropped. `first_n` takes the first.
 *
 * @param count examples a document.
 * @returns one list a document.
 * @throws QuantloopError `invalid-spec` where the pool has too few.
 */
export function drawShots(options: {
  pool: ShotPool;
  count: number;
  documents: readonly TaskDocument[];
  task: string;
}): TaskDocument[][] {
  const { pool, count, documents, task } = options;
  if (count === 0) return documents.map(() => []);
  const random = new PythonRandom(SEED);
  return documents.map((document) => {
    const others = () => pool.documents.filter((other) => !isDeepStrictEqual(other, document));
    const draw = (from: readonly TaskDocument[], k: number) => {
      if (k > from.length) throw tooFew(task, count, from.length);
      return random.sample(from.length, k).map((i) => from[i]!);
    };
    if (pool.sampler === 'first_n') {
      const first = pool.excludesEvaluated ? others() : pool.documents;
      if (count > first.length) throw tooFew(task, count, first.length);
      return first.slice(0, count);
    }
    if (!pool.excludesEvaluated) return draw(pool.documents, count);
    const drawn = draw(pool.documents, count + 1).filter((other) => !isDeepStrictEqual(other, document));
    // Copies of the document among the drawn ones: lm-eval then draws again from all others.
    return drawn.length < count ? draw(others(), count) : drawn.slice(0, count);
  });
}

function tooFew(task: string, count: number, available: number): QuantloopError {
  return new QuantloopError({
    code: 'invalid-spec',
    message: `${task}: ${count} examples a prompt are asked for, the split they come from has ${available} to draw from`,
    hint: 'Lower num_fewshot, or name a larger fewshot_split.',
  });
}
