import type { DocumentResult } from './document-result.ts';
import { countBytes, countWords } from './python-text.ts';
import { rollingWindows } from './rolling-windows.ts';
import type { DocumentBatch } from './score-documents.ts';
import { scorePairs } from './score-pairs.ts';

/** Log-likelihood of whole texts, with the words and bytes that perplexities are counted in. */
export async function scoreRolling(batch: DocumentBatch): Promise<DocumentResult[]> {
  const { task, model, documents, ids } = batch;
  const texts = documents.map((document, i) => String(task.fields.target(document, ids[i]!)));
  const windows = texts.flatMap((text, i) =>
    rollingWindows(model.tokenizer.encode(text), model.tokenizer.prefixId, model.maxLength).map((window) => ({
      ...window,
      document: i,
      label: `${task.definition.task}, document ${ids[i]}`,
    })),
  );
  const scores = await scorePairs(batch, windows);
  const totals = texts.map(() => 0);
  scores.forEach(({ loglikelihood }, i) => (totals[windows[i]!.document]! += loglikelihood));
  const counted = texts.map((text, i) =>
    task.results !== undefined && 'counted' in task.results ? task.results.counted(documents[i]!) : text,
  );
  return Promise.all(
    texts.map(async (text, i) => ({
      values: await task.judge.values('loglikelihood_rolling', {
        loglikelihood: totals[i]!,
        words: countWords(counted[i]!),
        bytes: countBytes(counted[i]!),
      }),
      sample: { prompt: '', target: text, responses: [totals[i]!.toFixed(4)] },
    })),
  );
}
