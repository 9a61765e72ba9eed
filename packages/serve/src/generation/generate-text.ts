import type { TokenScore } from '@quantloop/runtime';
import type { GenerationFields } from '../requests/generation-fields.ts';
import type { ServedModel } from '../served-model.ts';
import { chooseToken } from './choose-token.ts';
import { IncrementalText } from './incremental-text.ts';
import { StopStrings } from './stop-strings.ts';

export type FinishReason = 'stop' | 'length';

/** A part of an answer: one for each token, the last one with the reason of the end. */
export interface TextPiece {
  tokens: number[];
  /** May be empty while a character or stop string is incomplete. */
  text: string;
  /** As many as tokens, where they were asked for. */
  scores: TokenScore[];
  finish?: FinishReason;
}

export interface GenerateTextOptions {
  model: ServedModel;
  fields: GenerationFields;
  prompt: readonly number[];
  maxNewTokens: number;
  /** Which of the answers to its prompt. */
  answer: number;
  /** Alternatives named beside each token. @default no scores */
  top?: number;
  /** Told the prompt's scores before the first piece. */
  onPrompt?: (scores: readonly (TokenScore | undefined)[]) => void;
  signal: AbortSignal;
}

/** Generates one answer, piece by piece. Leaving the loop stops the generation. */
export async function* generateText(options: GenerateTextOptions): AsyncGenerator<TextPiece> {
  const { model, fields, prompt, maxNewTokens, answer, top, onPrompt, signal } = options;
  const choose = chooseToken(fields, answer);
  const incremental = new IncrementalText(model.tokenizer, prompt);
  const stops = new StopStrings(fields.stop);
  const tokens = model.batch.submit({
    prompt,
    maxNewTokens,
    eosIds: fields.ignore_eos ? [] : model.tokenizer.eosIds,
    ...(choose === undefined ? {} : { choose }),
    ...(top === undefined ? {} : { scores: { top, ...(onPrompt === undefined ? {} : { onPrompt }) } }),
    signal,
  });
  let count = 0;
  for await (const { token, score } of tokens) {
    count += 1;
    const { text, stopped } = stops.push(incremental.push(token));
    const piece = { tokens: [token], text, scores: score === undefined ? [] : [score] };
    if (stopped) {
      yield { ...piece, finish: 'stop' };
      return;
    }
    if (count < maxNewTokens) yield piece;
    else {
      yield { ...piece, text: text + rest(stops, incremental), finish: 'length' };
      return;
    }
  }
  const finish = maxNewTokens === 0 ? 'length' : 'stop';
  yield { tokens: [], text: rest(stops, incremental), scores: [], finish };
}

function rest(stops: StopStrings, incremental: IncrementalText): string {
  return stops.push(incremental.flush()).text + stops.flush();
}
