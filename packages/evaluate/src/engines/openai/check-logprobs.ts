import { QuantloopError } from '@quantloop/core';
import type { ModelTokenizer } from '@quantloop/models';
import type { Logprobs } from './completion-answer.ts';

/** Rounding of probabilities on their way through float32 and JSON. */
const SLACK = 1e-4;

/**
 * Whether the log-probabilities that a server gave back can be those of the tokens it was sent.
 *
 * @throws QuantloopError `unsupported` saying what does not fit: numbers of a server that gets one of these wrong mean
 * nothing.
 */
export function checkLogprobs(options: {
  logprobs: Logprobs;
  /** As sent. */
  tokens: readonly number[];
  /** Generated behind them. */
  generated: number;
  tokenizer: ModelTokenizer;
  label: string;
}): void {
  const { logprobs, tokens, generated, tokenizer, label } = options;
  const { token_logprobs: values, top_logprobs: top } = logprobs;
  const lie = (problem: string) =>
    new QuantloopError({
      code: 'unsupported',
      message: `${label}: the server's log-probabilities cannot be right: ${problem}`,
      hint: 'Use another version of the server, or measure fidelity with engine: { kind: onnxruntime }.',
    });
  const expected = tokens.length + generated;
  const lengths = {
    tokens: logprobs.tokens.length,
    token_logprobs: values.length,
    top_logprobs: top?.length ?? expected,
  };
  for (const [name, length] of Object.entries(lengths)) {
    if (length !== expected)
      throw lie(`${tokens.length} tokens were sent and ${generated} generated, ${name} has ${length}`);
  }
  tokens.forEach((token, i) => {
    const ours = tokenizer.decode([token], { skipSpecialTokens: false });
    if (!sameText(ours, logprobs.tokens[i]!)) {
      throw lie(
        `token ${i} is ${JSON.stringify(ours)}, the server says ${JSON.stringify(logprobs.tokens[i])}`,
      );
    }
    // Nothing comes before the first token; some servers give it a number all the same.
    if (i === 0) return;
    const value = values[i];
    if (value == null || !Number.isFinite(value)) throw lie(`that of token ${i} is ${value}`);
    if (value > SLACK) throw lie(`that of token ${i} is ${value}, a probability above 1`);
    const alternatives = Object.values(top?.[i] ?? {});
    const sum = alternatives.reduce((total, one) => total + Math.exp(one), 0);
    if (sum > 1 + SLACK * alternatives.length)
      throw lie(`the probabilities named for token ${i} add up to ${sum}`);
  });
}

/** Servers differ in how they show spaces, special tokens, and tokens that are part of a character. */
function sameText(ours: string, theirs: string): boolean {
  const plain = (text: string) => text.replace(/[\s▁ĠĊ]+/gu, '');
  const [a, b] = [plain(ours), plain(theirs)];
  return a === b || a === '' || b === '' || a.includes('\uFFFD') || /\uFFFD|^bytes:|^<0x/.test(b);
}
