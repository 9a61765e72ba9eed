import type { TaskModel } from '../../src/fidelity/tasks/task-model.ts';

/** Characters as tokens, and a model that answers and scores by a function of the text. */
export function scriptedModel(options: {
  answer?: (prompt: string) => string;
  logProbability?: (text: string) => number;
}): TaskModel {
  const encode = (text: string) => [...text].map((character) => character.codePointAt(0)!);
  const decode = (tokens: readonly number[]) => String.fromCodePoint(...tokens);
  const { answer = () => '', logProbability = () => -1 } = options;
  return {
    tokenizer: { encode, decode, prefixId: 2, eosIds: [3] } as unknown as TaskModel['tokenizer'],
    maxLength: 10_000,
    provenance: {},
    generate: ({ prompts }) => {
      const texts = prompts.map((tokens) => answer(decode(tokens)));
      return Promise.resolve(texts.map((text) => ({ text, tokens: encode(text), ended: true })));
    },
    score: (sequences) => {
      const scores = sequences.map((sequence) => {
        const tokens = Array.from(sequence.tokens);
        const text = `${decode(tokens.slice(0, sequence.from))}|${decode(tokens.slice(sequence.from))}`;
        return { logProbabilities: Float32Array.of(logProbability(text)), greedy: false };
      });
      return Promise.resolve(scores);
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
