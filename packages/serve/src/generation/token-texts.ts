import type { ModelTokenizer } from '@quantloop/models';

/**
 * What a token stands for in the midst of a text. Decoders drop the space before a text's first word, so a token is
 * decoded behind another one. Part of a character gives U+FFFD.
 */
export class TokenTexts {
  readonly #tokenizer: ModelTokenizer;
  readonly #anchor: number[];
  readonly #anchorText: string;
  readonly #texts = new Map<number, string>();

  constructor(tokenizer: ModelTokenizer) {
    this.#tokenizer = tokenizer;
    this.#anchor = tokenizer.encode('a', { addSpecialTokens: false }).slice(-1);
    this.#anchorText = this.#decode(this.#anchor);
  }

  of(token: number): string {
    let text = this.#texts.get(token);
    if (text === undefined) {
      text = this.#decode([...this.#anchor, token]).slice(this.#anchorText.length);
      this.#texts.set(token, text);
    }
    return text;
  }

  #decode(tokens: readonly number[]): string {
    return this.#tokenizer.decode(tokens, { skipSpecialTokens: false });
  }
}
