import { generateText, type TextPiece } from '../generation/generate-text.ts';
import type { CompletionRequest } from '../requests/completion-request.ts';
import type { ServedModel } from '../served-model.ts';
import { answerHead } from './answer-head.ts';
import { completionLogprobs, type CompletionLogprobs } from './completion-logprobs.ts';
import { composeAnswer, type Answer, type ChoicePart } from './compose-answer.ts';
import { requireRoom } from './require-room.ts';

/** A part of one choice, or all of it. */
interface Choice {
  index: number;
  text: string;
  logprobs: CompletionLogprobs | null;
  finish_reason: string | null;
  token_ids?: number[];
  prompt_token_ids?: number[];
}

/** Answers `POST /v1/completions`: the choices of the first prompt, then those of the second, … */
export function answerCompletion(model: ServedModel, request: CompletionRequest, left: AbortSignal): Answer {
  const prompts = request.prompt.map((prompt) => readPrompt(model, prompt));
  for (const { tokens } of prompts) requireRoom(model, tokens, request.max_tokens, 'prompt');
  const stop = new AbortController();
  const signal = AbortSignal.any([left, stop.signal]);
  const head = { ...answerHead('cmpl', model.name), object: 'text_completion' };
  const choice = (part: Choice) => part;
  return composeAnswer({
    choices: prompts.flatMap((prompt, p) =>
      Array.from({ length: request.n }, (_, answer) =>
        choiceParts({ model, request, prompt, index: p * request.n + answer, answer, signal }),
      ),
    ),
    stop: () => stop.abort(),
    join,
    whole: { head, choice },
    event: { head, choice },
    promptTokens: prompts.reduce((sum, { tokens }) => sum + tokens.length, 0),
    streamOptions: request.stream_options,
  });
}

interface Prompt {
  text: string;
  tokens: number[];
}

function readPrompt({ tokenizer }: ServedModel, prompt: string | number[]): Prompt {
  if (typeof prompt !== 'string') return { text: tokenizer.decode(prompt), tokens: prompt };
  const tokens = tokenizer.encode(prompt);
  return { text: prompt, tokens: tokens.length === 0 ? [tokenizer.prefixId] : tokens };
}

async function* choiceParts(options: {
  model: ServedModel;
  request: CompletionRequest;
  prompt: Prompt;
  index: number;
  answer: number;
  signal: AbortSignal;
}): AsyncGenerator<ChoicePart<Choice>> {
  const { model, request, prompt, index, answer, signal } = options;
  const { echo, logprobs: top, return_token_ids } = request;
  const logprobsOf = completionLogprobs(model.tokenTexts);
  let echoed: Omit<Choice, 'index' | 'finish_reason'> | undefined = echo
    ? { text: prompt.text, logprobs: null }
    : undefined;
  if (return_token_ids)
    echoed = { ...(echoed ?? { text: '', logprobs: null }), prompt_token_ids: prompt.tokens };
  const pieces = generateText({
    model,
    fields: request,
    prompt: prompt.tokens,
    maxNewTokens: request.max_tokens,
    answer,
    ...(top === undefined ? {} : { top }),
    ...(top === undefined || !echo
      ? {}
      : { onPrompt: (scores) => (echoed = { ...echoed!, logprobs: logprobsOf(prompt.tokens, scores) }) }),
    signal,
  });
  const partOf = ({ tokens, text, scores, finish }: TextPiece): Choice => ({
    index,
    text,
    logprobs: top === undefined ? null : logprobsOf(tokens, scores),
    finish_reason: finish ?? null,
    ...(return_token_ids ? { token_ids: tokens } : {}),
  });
  for await (const piece of pieces) {
    const before = echoed === undefined ? undefined : { index, finish_reason: null, ...echoed };
    echoed = undefined;
    const part = partOf(piece);
    yield { part: before === undefined ? part : join(before, part), newTokens: piece.tokens.length };
  }
}

/** Two parts of a choice as one. */
function join(a: Choice, b: Choice): Choice {
  return {
    ...a,
    ...b,
    text: a.text + b.text,
    logprobs:
      a.logprobs === null || b.logprobs === null
        ? (a.logprobs ?? b.logprobs)
        : concat(a.logprobs, b.logprobs),
    ...(b.token_ids === undefined ? {} : { token_ids: [...(a.token_ids ?? []), ...b.token_ids] }),
  };
}

function concat(a: CompletionLogprobs, b: CompletionLogprobs): CompletionLogprobs {
  return {
    tokens: [...a.tokens, ...b.tokens],
    token_logprobs: [...a.token_logprobs, ...b.token_logprobs],
    top_logprobs: [...a.top_logprobs, ...b.top_logprobs],
    text_offset: [...a.text_offset, ...b.text_offset],
  };
}
