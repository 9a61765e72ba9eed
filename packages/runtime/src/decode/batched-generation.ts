import { argmax } from './argmax.ts';
import type { GeneratedToken, GenerationRequest, TokenScore } from './generation-request.ts';
import { requireFiniteLogit } from './require-finite-logit.ts';

/** One request in a `ContinuousBatch`, and the stream its reader has of it. */
export class BatchedGeneration {
  readonly request: GenerationRequest;
  readonly prompt: readonly number[];
  readonly tokens: ReadableStream<GeneratedToken>;
  readonly promptScores: (TokenScore | undefined)[] = [undefined];
  readonly #generated: number[] = [];
  readonly #eosIds: ReadonlySet<number>;
  #controller!: ReadableStreamDefaultController<GeneratedToken>;
  #ended = false;
  /** The token chosen and not yet handed over: its score may still be to come. */
  #next = 0;

  constructor(request: GenerationRequest) {
    this.request = request;
    this.prompt = Array.from(request.prompt);
    this.#eosIds = new Set(request.eosIds);
    this.tokens = new ReadableStream<GeneratedToken>({
      start: (controller) => void (this.#controller = controller),
      cancel: () => this.#end(),
    });
    if (request.signal?.aborted === true) this.#abort();
    else request.signal?.addEventListener('abort', this.#abort, { once: true });
  }

  /** Complete, failed, or abandoned by its reader. */
  get ended(): boolean {
    return this.#ended;
  }

  /** The token that goes into the next step. */
  get next(): number {
    return this.#next;
  }

  /** Chooses the next token from its logits; the generation ends at an end token. */
  choose(logits: Float32Array): void {
    if (this.#ended) return;
    try {
      if (this.#generated.length === 0) this.request.scores?.onPrompt?.(this.promptScores);
      if (this.request.maxNewTokens === 0) return this.#close();
      const token = this.request.choose?.(logits, this.#generated) ?? argmax(logits, 0, logits.length);
      requireFiniteLogit(logits[token], `token ${this.#generated.length}`, () => [
        ...Array.from(this.request.prompt),
        ...this.#generated,
      ]);
      this.#next = token;
      if (this.#eosIds.has(token)) this.#close();
    } catch (error) {
      this.fail(error);
    }
  }

  /** Hands the chosen token to the reader; the generation ends when it has all it asked for. */
  yield(score?: TokenScore): void {
    if (this.#ended) return;
    this.#generated.push(this.#next);
    this.#controller.enqueue(score === undefined ? { token: this.#next } : { token: this.#next, score });
    if (this.#generated.length >= this.request.maxNewTokens) this.#close();
  }

  fail(error: unknown): void {
    if (this.#ended) return;
    this.#end();
    this.#controller.error(error);
  }

  #close(): void {
    this.#end();
    this.#controller.close();
  }

  #end(): void {
    this.#ended = true;
    this.request.signal?.removeEventListener('abort', this.#abort);
  }

  readonly #abort = () => this.fail(this.request.signal?.reason);
}
