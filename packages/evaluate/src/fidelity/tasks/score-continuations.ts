import type { DocumentResult } from './document-result.ts';
import { encodePairs } from './encode-pairs.ts';
import type { DocumentBatch } from './score-documents.ts';
import { scorePairs } from './score-pairs.ts';

/** Log-likelihood of one continuation a document (LAMBADA): `acc` is whether greedy decoding would have written it. */
export async function scoreContinuations(batch: DocumentBatch): Promise<DocumentResult[]> {
  const { task, model, documents, ids, shots } = batch;
  const { definition, fields } = task;
  const texts = documents.map((document, i) => ({
    context: String(task.prompt(document, ids[i]!, shots[i]!)),
    // Unlike the choices of a question, without a delimiter: lm-eval takes the target as it is.
    continuation: String(fields.target(document, ids[i]!)),
    label: `${definition.task}, document ${ids[i]}`,
  }));
  const scores = await scorePairs(batch, encodePairs(model, texts));
  return Promise.all(
    scores.map(async ({ loglikelihood, greedy }, i) => ({
      values: await task.judge.values('loglikelihood', { loglikelihood, greedy }),
      sample: {
        prompt: texts[i]!.context,
        target: texts[i]!.continuation,
        responses: [`${loglikelihood.toFixed(4)}${greedy ? ' (greedy)' : ''}`],
      },
    })),
  );
}
