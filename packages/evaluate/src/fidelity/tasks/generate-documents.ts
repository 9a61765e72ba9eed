import { QuantloopError } from '@quantloop/core';
import { batchByLength, generateGreedy } from '@quantloop/runtime';
import type { DocumentResult } from './document-result.ts';
import { filterColumn, TASK_METRICS } from './metrics.ts';
import type { DocumentBatch } from './score-documents.ts';

/** Tokens of a generation batch, prompts and answers together: bounds the KV cache. */
const TOKENS_PER_BATCH = 16_384;

/** Greedy generation until a stop string, the end token or the limit; answers are filtered and compared. */
export async function generateDocuments(batch: DocumentBatch): Promise<DocumentResult[]> {
  const { task, documents, ids, signal } = batch;
  const { definition, fields } = task;
  const contexts = documents.map(
    (document, i) => definition.description + String(fields.text(document, ids[i]!)),
  );
  const targets = documents.map((document, i) => targetsOf(batch, document, ids[i]!));
  const prompts = contexts.map((context, index) => ({ index, tokens: encodePrompt(batch, context) }));

  const texts: string[] = [];
  const limit = definition.generation_kwargs.max_gen_toks;
  const groups = batchByLength({
    items: prompts,
    length: ({ tokens }) => tokens.length + limit,
    tokensPerBatch: TOKENS_PER_BATCH,
  });
  for (const group of groups) {
    signal?.throwIfAborted();
    const answers = await generate(
      batch,
      group.map(({ tokens }) => tokens),
    );
    group.forEach(({ index }, i) => (texts[index] = answers[i]!));
  }
  return texts.map((text, i) => {
    const values: Record<string, number> = {};
    for (const { name, answer } of task.filters) {
      const answered = answer(text);
      const matches = task.matches(answered, targets[i]!);
      values[filterColumn(TASK_METRICS.exact_match!, name)] = matches ? 1 : 0;
    }
    return { values, sample: { prompt: contexts[i]!, target: targets[i]!.join(' | '), responses: [text] } };
  });
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

async function generate({ task, model }: DocumentBatch, prompts: number[][]): Promise<string[]> {
  const { tokenizer, session } = model;
  const { generation_kwargs, fewshot_delimiter } = task.definition;
  const until = (generation_kwargs.until ?? [fewshot_delimiter]).filter((stop) => stop !== '');
  // A stop string ends within its own tokens and two of slack, as in lm-eval's stopping criterion.
  const tail =
    Math.max(0, ...until.map((stop) => tokenizer.encode(stop, { addSpecialTokens: false }).length)) + 2;
  const generated = await generateGreedy({
    session,
    prompts,
    maxNewTokens: generation_kwargs.max_gen_toks,
    eosIds: tokenizer.eosIds,
    stop: (_row, tokens) => {
      const recent = tokenizer.decode(tokens.slice(-tail), { skipSpecialTokens: false });
      return until.some((stop) => recent.includes(stop));
    },
  });
  return generated.map((tokens) =>
    until.reduce((text, stop) => text.split(stop)[0]!, tokenizer.decode(tokens)),
  );
}

/** The target's text, or several of which any counts; an index names a choice. */
function targetsOf({ task }: DocumentBatch, document: Record<string, unknown>, id: number): string[] {
  const target = task.fields.target(document, id);
  const choices = task.definition.doc_to_choice === undefined ? undefined : task.fields.choices(document, id);
  const list = Array.isArray(target) ? target : [target];
  return list.map((one) =>
    typeof one === 'number' && choices !== undefined ? (choices[one] ?? '') : String(one),
  );
}
