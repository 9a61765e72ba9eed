import { QuantloopError, type OpenAiEngine } from '@quantloop/core';
import { loadTokenizer, readMaxLength } from '@quantloop/models';
import type { SamplingOptions, ScoredSequence } from '@quantloop/runtime';
import pMap from 'p-map';
import type { TaskModel } from '../../fidelity/tasks/task-model.ts';
import { askServer } from './ask-server.ts';
import { CompletionAnswer } from './completion-answer.ts';
import { reachServer } from './reach-server.ts';
import { GENERATED, scoreTokens } from './score-tokens.ts';
import { agreeOnExtras } from './extras.ts';

/** A folder's model behind a server, tokens in and out by the folder's own tokenizer. */
export async function openOpenAiTaskModel(options: {
  folder: string;
  spec: OpenAiEngine;
}): Promise<TaskModel> {
  const { folder, spec } = options;
  const tokenizer = await loadTokenizer(folder);
  const ownLength = await readMaxLength(folder);
  const server = await reachServer(spec, folder);
  const { connection, model } = server;
  const { concurrency } = spec;
  const extras = await agreeOnExtras(server, tokenizer.prefixId).catch(async (error: unknown) => {
    await server.release();
    throw error;
  });
  // A scored sequence has one token more than the model reads, and one is generated behind it.
  const maxLength = Math.min(ownLength, model.contextLength ?? ownLength) - 1 - GENERATED;

  return {
    tokenizer,
    maxLength,
    provenance: {
      'engine.server': spec.url ?? spec.launch!.command.join(' '),
      'engine.model': model.name,
    },

    async score(sequences, { signal } = {}) {
      // Equal sequences are sent once.
      const distinct = new Map<string, ScoredSequence>();
      for (const sequence of sequences) distinct.set(keyOf(sequence), sequence);
      const scores = await pMap(
        distinct,
        async ([key, sequence]) => [key, await scoreTokens(server, tokenizer, sequence, signal)] as const,
        { concurrency },
      );
      const byKey = new Map(scores);
      return sequences.map((sequence) => byKey.get(keyOf(sequence))!);
    },

    generate: ({ prompts, maxNewTokens, until, sampling, signal }) =>
      pMap(
        prompts,
        async (prompt, i) => {
          const { choices } = await askServer({
            connection,
            path: '/completions',
            body: {
              model: model.name,
              prompt,
              max_tokens: maxNewTokens,
              ...samplingFields(sampling?.[i]),
              ...(until.length > 0 ? { stop: until } : {}),
              ...extras.tokenIds,
            },
            answer: CompletionAnswer,
            ...(signal === undefined ? {} : { signal }),
          });
          const choice = choices[0];
          if (choice === undefined) throw noChoice(connection.url);
          // Ids say exactly what was generated; a server's text may begin with a space that the tokenizer drops.
          const ids = choice.token_ids?.filter((id) => !tokenizer.eosIds.includes(id));
          const whole = ids === undefined ? choice.text : tokenizer.decode(ids);
          const text = until.reduce((rest, stop) => rest.split(stop)[0]!, whole);
          const tokens = ids ?? tokenizer.encode(text, { addSpecialTokens: false });
          const ended =
            choice.finish_reason == null ? tokens.length < maxNewTokens : choice.finish_reason !== 'length';
          return { text, tokens, ended };
        },
        { concurrency },
      ),

    [Symbol.asyncDispose]: () => server.release(),
  };
}

/** `top_k` is not OpenAI's, but vLLM's, SGLang's and llama.cpp's. */
function samplingFields(sampling: SamplingOptions | undefined): Record<string, number> {
  if (sampling === undefined) return { temperature: 0 };
  const { temperature = 1, topK, topP, seed } = sampling;
  return {
    temperature,
    ...(topK !== undefined && { top_k: topK }),
    ...(topP !== undefined && { top_p: topP }),
    seed,
  };
}

const keyOf = ({ tokens, from }: ScoredSequence) => `${from}:${Array.from(tokens).join()}`;

function noChoice(url: string): QuantloopError {
  return new QuantloopError({
    code: 'unsupported',
    message: `${url} answered a completion with no choice`,
    hint: 'The server must speak OpenAI’s protocol.',
  });
}
