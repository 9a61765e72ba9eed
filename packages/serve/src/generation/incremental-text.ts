import type { ModelTokenizer } from '@quantloop/models';

/** Tokens before a new one that its text may depend on: a space, the beginning of a character. */
const CONTEXT = 5;

/**
 * Text out of tokens that come one by one. A character that is not whole yet is held back; what was given out never
 * changes.
 */
export class IncrementalText {
  readonly #tokenizer: ModelTokenizer;
  #tokens: number[];
  /** How many of the tokens' texts have been given out. */
  #given: number;

  /** @param before the tokens that the text goes on from */
  constructor(tokenizer: ModelTokenizer, before: readonly number[] = []) {
    this.#tokenizer = tokenizer;
    this.#tokens = before.slice(-CONTEXT);
    this.#given = this.#tokens.length;
  }

  /** The text that can be given out now that this token is there. */
  push(token: number): string {
    this.#tokens.push(token);
    const text = this.#newText();
    if (text === '' || text.endsWith('\uFFFD')) return '';
    return this.#give(text);
  }

  /** What was held back: the end of the text is here. */
  flush(): string {
    return this.#give(this.#newText());
  }

  #newText(): string {
    const known = this.#tokenizer.decode(this.#tokens.slice(0, this.#given));
    const whole = this.#tokenizer.decode(this.#tokens);
    return whole.slice(known.length);
  }

  #give(text: string): string {
    this.#tokens = this.#tokens.slice(-CONTEXT);
    this.#given = this.#tokens.length;
    return text;
  }
}
