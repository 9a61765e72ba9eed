import { ApiError } from '../http/api-error.ts';
import { generateText, type FinishReason } from '../generation/generate-text.ts';
import type { ChatRequest } from '../requests/chat-request.ts';
import type { ServedModel } from '../served-model.ts';
import { answerHead } from './answer-head.ts';
import { chatLogprobs, type ChatLogprobs } from './chat-logprobs.ts';
import { composeAnswer, type Answer, type ChoicePart } from './compose-answer.ts';
import { requireRoom } from './require-room.ts';

/** A part of what the assistant says, or all of it. */
interface Speech {
  index: number;
  content: string;
  logprobs: ChatLogprobs | null;
  finish: FinishReason | null;
  tokens: number[];
}

/** Answers `POST /v1/chat/completions`; without a limit an answer may fill the context. */
export function answerChat(model: ServedModel, request: ChatRequest, left: AbortSignal): Answer {
  const prompt = readConversation(model, request);
  const limit = request.max_completion_tokens ?? request.max_tokens;
  requireRoom(model, prompt, limit ?? 1, 'messages');
  const stop = new AbortController();
  const speaking = {
    model,
    request,
    prompt,
    maxNewTokens: limit ?? model.contextLength - prompt.length,
    signal: AbortSignal.any([left, stop.signal]),
  };
  const head = answerHead('chatcmpl', model.name);
  const common = ({ index, logprobs, finish, tokens }: Speech) => ({
    index,
    logprobs,
    finish_reason: finish,
    ...(request.return_token_ids ? { token_ids: tokens } : {}),
  });
  return composeAnswer({
    choices: Array.from({ length: request.n }, (_, index) => speak({ ...speaking, index })),
    stop: () => stop.abort(),
    join,
    whole: {
      head: { ...head, object: 'chat.completion' },
      choice: (speech) => ({ ...common(speech), message: { role: 'assistant', content: speech.content } }),
    },
    event: {
      head: { ...head, object: 'chat.completion.chunk' },
      choice: (speech, first) => ({
        ...common(speech),
        delta: { ...(first ? { role: 'assistant' } : {}), content: speech.content },
      }),
    },
    promptTokens: prompt.length,
    streamOptions: request.stream_options,
  });
}

function readConversation(
  { chatTemplate, tokenizer, name }: ServedModel,
  { messages }: ChatRequest,
): number[] {
  if (chatTemplate === undefined) {
    throw new ApiError({
      statusCode: 400,
      message: `The model "${name}" has no chat template, so it cannot be given a conversation; use /v1/completions.`,
      param: 'messages',
    });
  }
  return tokenizer.encode(chatTemplate.render(messages), { addSpecialTokens: false });
}

async function* speak(options: {
  model: ServedModel;
  request: ChatRequest;
  prompt: number[];
  maxNewTokens: number;
  index: number;
  signal: AbortSignal;
}): AsyncGenerator<ChoicePart<Speech>> {
  const { model, request, prompt, maxNewTokens, index, signal } = options;
  const pieces = generateText({
    model,
    fields: request,
    prompt,
    maxNewTokens,
    answer: index,
    ...(request.logprobs ? { top: request.top_logprobs ?? 0 } : {}),
    signal,
  });
  for await (const { tokens, text, scores, finish } of pieces) {
    const logprobs = request.logprobs ? chatLogprobs(model.tokenTexts, scores) : null;
    yield {
      part: { index, content: text, logprobs, finish: finish ?? null, tokens },
      newTokens: tokens.length,
    };
  }
}

function join(a: Speech, b: Speech): Speech {
  return {
    ...b,
    content: a.content + b.content,
    logprobs:
      a.logprobs === null || b.logprobs === null
        ? null
        : { content: [...a.logprobs.content, ...b.logprobs.content] },
    tokens: [...a.tokens, ...b.tokens],
  };
}
