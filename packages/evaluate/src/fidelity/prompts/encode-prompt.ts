import { QuantloopError, type Prompt } from '@quantloop/core';
import type { ChatTemplate, ModelTokenizer } from '@quantloop/models';

/** A prompt as the model reads it. */
export interface EncodedPrompt {
  text: string;
  /** Without what a template adds. */
  said: string;
  /** At least one. */
  tokens: number[];
}

/**
 * A prompt's tokens. Conversations, and texts unless `chat` is false, are written in the model's chat template; the
 * special tokens are then the template's own.
 *
 * @param options.place names the prompt in messages, e.g. `prompt 3`.
 * @param options.room tokens it may have.
 * @throws QuantloopError `invalid-spec` where a conversation meets a model without a template, or the prompt is too long.
 */
export function encodePrompt(
  prompt: Prompt,
  options: {
    tokenizer: ModelTokenizer;
    template: ChatTemplate | undefined;
    chat: boolean;
    room: number;
    place: string;
  },
): EncodedPrompt {
  const { tokenizer, template, chat, room, place } = options;
  if (typeof prompt !== 'string' && template === undefined) {
    throw new QuantloopError({
      code: 'invalid-spec',
      message: `${place} is a conversation, and the model's tokenizer has no chat template`,
      hint: 'Write it as one text, as the model is to continue it.',
    });
  }
  const messages = typeof prompt === 'string' ? [{ role: 'user', content: prompt }] : prompt;
  const templated = template !== undefined && (typeof prompt !== 'string' || chat);
  const text = templated ? template.render(messages) : (prompt as string);
  const tokens = templated ? tokenizer.encode(text, { addSpecialTokens: false }) : tokenizer.encode(text);
  if (tokens.length > room) {
    throw new QuantloopError({
      code: 'invalid-spec',
      message: `${place} has ${tokens.length} tokens; beside its answer there is room for ${Math.max(0, room)}`,
      hint: 'Shorten it, or lower newTokens.',
    });
  }
  const said = messages.map(({ content }) => content).join('\n');
  return { text, said, tokens: tokens.length === 0 ? [tokenizer.prefixId] : tokens };
}
