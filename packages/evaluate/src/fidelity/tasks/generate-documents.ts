import { QuantloopError } from '@quantloop/core';
import type { SamplingOptions } from '@quantloop/runtime';
import type { DocumentResult } from './document-result.ts';
import { filterColumn } from '../metrics/named-metrics.ts';
import type { DocumentBatch } from './score-documents.ts';

/**
 * Generation until a stop string, the end token or the limit, greedy or where the task says so at random; answers are
 * filtered and compared.
 */
export async function generateDocuments(batch: DocumentBatch): Promise<DocumentResult[]> {
  const { task, model, documents, ids, shots, signal } = batch;
  const { definition } = task;
  const contexts = documents.map((document, i) => String(task.prompt(document, ids[i]!, shots[i]!)));
  const targets = documents.map((document, i) => targetsOf(batch, document, ids[i]!));
  const { until, max_gen_toks, do_sample } = definition.generation_kwargs;
  // Greedy decoding repeated gives the same answer each time.
  const draws = do_sample ? definition.repeats : 1;
  const texts = await model.generate({
    prompts: contexts.flatMap((context) => Array<number[]>(draws).fill(encodePrompt(batch, context))),
    maxNewTokens: max_gen_toks,
    until: (until ?? [definition.fewshot_delimiter]).filter((stop) => stop !== ''),
    ...(do_sample && { sampling: samplingOf(batch) }),
    ...(signal === undefined ? {} : { signal }),
  });
  const results: DocumentResult[] = [];
  for (const [i, document] of documents.entries()) {
    const drawn = texts.slice(i * draws, (i + 1) * draws).map(({ text }) => text);
    const all = do_sample ? drawn : Array<string>(definition.repeats).fill(drawn[0]!);
    const values: Record<string, number> = {};
    for (const { name, answer } of task.filters) {
      const answers = answer(all, document);
      const outcome = { document, answers, targets: targets[i]! };
      for (const [column, value] of Object.entries(await task.judge.values('generate_until', outcome)))
        values[filterColumn(column, name)] = value;
    }
    const sample = { prompt: contexts[i]!, target: targets[i]!.join(' | '), responses: drawn };
    results.push({ values, sample });
  }
  return results;
}

/** One for each answer of each document, its seed made of both: batches do not matter. */
function samplingOf({ task, ids, seed = 0 }: DocumentBatch): SamplingOptions[] {
  const { repeats, generation_kwargs } = task.definition;
  const { temperature, top_k: topK, top_p: topP } = generation_kwargs;
  return ids.flatMap((id) =>
    Array.from({ length: repeats }, (_, draw) => ({
      temperature,
      topK,
      topP,
      seed: seed + id * repeats + draw,
    })),
  );
}

/** Cut from the left, so that the answer still fits: lm-eval keeps max_length − max_gen_toks tokens. */
function encodePrompt({ task, model }: DocumentBatch, context: string): number[] {
  const { max_gen_toks } = task.definition.generation_kwargs;
  const room = model.maxLength - max_gen_toks;
  if (room <= 0) {
    throw new QuantloopError({
      code: 'invalid-spec',
      message: `${task.definition.task}: max_gen_toks is ${max_gen_toks}, the model reads ${model.maxLength} tokens`,
      hint: 'Lower generation_kwargs.max_gen_toks.',
    });
  }
  const tokens = model.tokenizer.encode(context);
  return tokens.length === 0 ? [model.tokenizer.prefixId] : tokens.slice(-room);
}

/** The target's text, or several of which any counts; an index names a choice. */
function targetsOf({ task }: DocumentBatch, document: Record<string, unknown>, id: number): string[] {
  const target = task.fields.target(document, id);
  const choices = task.definition.doc_to_choice == null ? undefined : task.fields.choices(document, id);
  const list = Array.isArray(target) ? target : [target];
  if (list.length === 0) {
    throw new QuantloopError({
      code: 'invalid-spec',
      message: `${task.definition.task}: doc_to_target of document ${id} is an empty list`,
      hint: 'Give every document at least one target.',
    });
  }
  return list.map((one) =>
    typeof one === 'number' && choices !== undefined ? (choices[one] ?? '') : String(one),
  );
}
