import type { OnnxRuntimeEngine } from '@quantloop/core';
import { loadTokenizer, readMaxLength } from '@quantloop/models';
import {
  Arithmetic,
  batchByLength,
  generateGreedy,
  openSession,
  ortVersion,
  type SamplingOptions,
  scoreSequences,
} from '@quantloop/runtime';
import type { GeneratedText, GenerateTexts, Network, TaskModel } from '../../fidelity/tasks/task-model.ts';
import { generateSampled } from './generate-sampled.ts';

/**
 * Session settings for scoring. Other jobs may run beside it, and threads that spin while they wait take the cores from
 * them: with one competitor the same scoring takes 0.6 s without spinning and up to 1.9 s with it.
 */
const BESIDE_OTHERS = { 'session.intra_op.allow_spinning': '0' };

/** Tokens of a generation batch, prompts and answers together: bounds the KV cache. */
const TOKENS_PER_BATCH = 16_384;

/** Opens a model folder for scoring with ONNX Runtime in this process. */
export async function openOnnxRuntimeTaskModel(options: {
  folder: string;
  spec: OnnxRuntimeEngine;
}): Promise<TaskModel & { readonly network: Network }> {
  const { folder, spec } = options;
  const tokenizer = await loadTokenizer(folder);
  const maxLength = await readMaxLength(folder);
  const session = await openSession({ folder, engine: spec, extra: BESIDE_OTHERS, scoring: true });
  const arithmetic = new Arithmetic({ threads: spec.threads });

  const generateBatch = async (
    prompts: readonly (readonly number[])[],
    sampling: readonly SamplingOptions[] | undefined,
    options: GenerateTexts,
  ): Promise<GeneratedText[]> => {
    const { maxNewTokens, until, signal } = options;
    // A stop string ends within its own tokens and two of slack, as in lm-eval's stopping criterion.
    const tail =
      Math.max(0, ...until.map((stop) => tokenizer.encode(stop, { addSpecialTokens: false }).length)) + 2;
    const stopped = (tokens: readonly number[]) => {
      const recent = tokenizer.decode(tokens.slice(-tail), { skipSpecialTokens: false });
      return until.some((stop) => recent.includes(stop));
    };
    const request = { session, prompts, maxNewTokens, eosIds: tokenizer.eosIds };
    const generated =
      sampling === undefined
        ? await generateGreedy({ ...request, stop: (_row, tokens) => stopped(tokens) })
        : await generateSampled({ ...request, sampling, stop: stopped, maxLength, signal });
    return generated.map((tokens) => ({
      text: until.reduce((text, stop) => text.split(stop)[0]!, tokenizer.decode(tokens)),
      tokens,
      ended: tokens.length < maxNewTokens || stopped(tokens),
    }));
  };

  return {
    tokenizer,
    maxLength,
    network: { session, arithmetic, provider: spec.provider },
    provenance: {
      onnxruntime: ortVersion(),
      'engine.provider': spec.provider,
      'engine.threads': spec.threads ?? 'auto',
    },
    score: (sequences, { signal } = {}) =>
      scoreSequences({ session, arithmetic, sequences, ...(signal === undefined ? {} : { signal }) }),

    async generate(options) {
      const { prompts, maxNewTokens, sampling, signal } = options;
      const texts: GeneratedText[] = [];
      const groups = batchByLength({
        items: prompts.map((tokens, index) => ({ index, tokens })),
        length: ({ tokens }) => tokens.length + maxNewTokens,
        tokensPerBatch: TOKENS_PER_BATCH,
      });
      for (const group of groups) {
        signal?.throwIfAborted();
        const answers = await generateBatch(
          group.map(({ tokens }) => tokens),
          sampling && group.map(({ index }) => sampling[index]!),
          options,
        );
        group.forEach(({ index }, i) => (texts[index] = answers[i]!));
      }
      return texts;
    },

    [Symbol.asyncDispose]: async () => {
      await arithmetic.release();
      await session.release();
    },
  };
}
