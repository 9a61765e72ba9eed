import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Tensor } from 'onnxruntime-node';
import { Arithmetic } from '../arithmetic/arithmetic.ts';
import { defaultTokensPerBatch } from '../score/batch-by-length.ts';
import type { DecoderSession } from '../session/decoder-session.ts';
import { spareColumns } from './append-cache.ts';
import { BatchedGeneration } from './batched-generation.ts';
import { detectCacheLayout, type CacheLayout } from './cache-layout.ts';
import { forward } from './forward.ts';
import { gatherRows, type CacheRow } from './gather-rows.ts';
import type { GeneratedToken, GenerationRequest, TokenScore } from './generation-request.ts';
import type { KvCache } from './kv-cache.ts';
import { lastLogits, lastPlaces } from './last-logits.ts';
import { requireServable } from './require-servable.ts';
import { scoreTokens } from './score-tokens.ts';

export interface ContinuousBatchOptions {
  session: DecoderSession;
  /** Requests that decode together; further ones wait their turn. @default 32 */
  maxBatch?: number;
  /** Tokens of prompt and generation of one request. The cache holds at most `maxBatch` × `maxLength` tokens. */
  maxLength: number;
  /**
   * Prompt tokens computed between two steps, so that a long prompt holds up the others by no more; eight times as many
   * while nobody is held up. @default 128
   */
  prefillTokens?: number;
}

/** A request whose prompt is computed as far as `done`, its keys and values in a row of some cache. */
interface Member extends Partial<CacheRow> {
  generation: BatchedGeneration;
  done: number;
}

/**
 * Serves overlapping requests with one decoder: they join and leave between steps, and each gets the tokens it would
 * get alone. Requests start in the order they came.
 *
 * Rows live in one cache, gathered anew when a row joins or leaves. In a session opened for decoding it stays in place
 * between steps, with up to 32 columns in reserve, as far as the graph can put out new columns alone: the binding copies
 * every output, whole, whatever it was asked to write into.
 *
 * @throws QuantloopError `invalid-spec` from `submit`, where a prompt is empty, does not fit, or has unknown tokens.
 */
export class ContinuousBatch implements AsyncDisposable {
  readonly #session: DecoderSession;
  readonly #maxBatch: number;
  readonly #maxLength: number;
  readonly #prefillTokens: number;
  readonly #idlePrefillTokens: number;
  readonly #arithmetic: Arithmetic;
  #layout: CacheLayout | undefined;
  #waiting: Member[] = [];
  #running: Member[] = [];
  #serving: Promise<void> | undefined;

  constructor(options: ContinuousBatchOptions) {
    this.#session = options.session;
    this.#maxBatch = options.maxBatch ?? 32;
    this.#maxLength = options.maxLength;
    this.#prefillTokens = options.prefillTokens ?? 128;
    const most = defaultTokensPerBatch(options.session.shape.vocabularySize);
    this.#idlePrefillTokens = Math.min(8 * this.#prefillTokens, Math.max(this.#prefillTokens, most));
    this.#arithmetic = new Arithmetic({ threads: options.session.threads });
  }

  /** Requests with a place in the batch, and those that wait for one. */
  get load(): { running: number; waiting: number } {
    return { running: this.#running.length, waiting: this.#waiting.length };
  }

  /**
   * Queues a request. Its tokens come as they are generated; fewer than `maxNewTokens` if an end token came. A reader
   * that cancels, or leaves its `for await`, frees the request's place.
   */
  submit(request: GenerationRequest): ReadableStream<GeneratedToken> {
    const { vocabularySize } = this.#session.shape;
    requireServable(request, { vocabularySize, maxLength: this.#maxLength });
    const generation = new BatchedGeneration(request);
    this.#waiting.push({ generation, done: 0 });
    this.#serving ??= this.#serve();
    return generation.tokens;
  }

  /** Fails what is still running, and ends. The session stays open. */
  async close(): Promise<void> {
    this.#failAll(new Error('the batch was closed'));
    await this.#serving;
    await this.#arithmetic.release();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #serve(): Promise<void> {
    try {
      // Requests that come in one turn of the event loop begin together.
      await nextTurn();
      while (this.#waiting.length + this.#running.length > 0) {
        await this.#prefill();
        await this.#step();
      }
    } catch (error) {
      this.#failAll(error);
    } finally {
      this.#serving = undefined;
    }
  }

  #failAll(error: unknown): void {
    for (const { generation } of [...this.#waiting, ...this.#running]) generation.fail(error);
    this.#waiting = [];
    this.#running = [];
  }

  /** Computes some of the prompts next in line: several whole ones, or a part of one. */
  async #prefill(): Promise<void> {
    this.#waiting = this.#waiting.filter(alive);
    const budget = this.#running.length > 0 ? this.#prefillTokens : this.#idlePrefillTokens;
    const members = this.#nextInLine(budget);
    if (members.length === 0) return;
    const chunks = members.map(({ generation, done }) => generation.prompt.slice(done, done + budget));
    const begun = members[0]!.cache;
    const scored = members.some(({ generation }) => generation.request.scores?.onPrompt !== undefined);
    const lastOnly = this.#session.shape.selects && !scored;
    const { logits, cache } = await forward({
      session: this.#session,
      rows: chunks,
      ...(begun === undefined ? {} : { cache: begun }),
      ...(lastOnly ? { places: lastPlaces(chunks) } : {}),
    });
    if (scored) await this.#scorePrompts(members, chunks, logits);
    members.forEach((member, row) => {
      member.done += chunks[row]!.length;
      member.cache = cache;
      member.row = row;
    });
    if (members[0]!.done < members[0]!.generation.prompt.length) return;
    this.#waiting = this.#waiting.filter((member) => !members.includes(member));
    await this.#advance(
      members,
      logits,
      chunks.map(({ length }) => (lastOnly ? 1 : length)),
    );
    this.#running.push(...members.filter(alive));
  }

  #nextInLine(budget: number): Member[] {
    const room = this.#maxBatch - this.#running.length;
    const line = this.#waiting.slice(0, room);
    let width = 0;
    const whole = line.findIndex(({ generation, done }, i) => {
      width = Math.max(width, generation.prompt.length);
      return done > 0 || (i + 1) * width > budget;
    });
    return line.slice(0, whole === -1 ? line.length : Math.max(1, whole));
  }

  /** One more token for every running request. */
  async #step(): Promise<void> {
    const members = this.#running.filter(alive);
    this.#running = members;
    if (members.length === 0) return;
    const { logits, cache } = await forward({
      session: this.#session,
      rows: members.map(({ generation }) => [generation.next]),
      cache: await this.#together(members as (Member & CacheRow)[]),
    });
    members.forEach((member, row) => {
      member.cache = cache;
      member.row = row;
    });
    await this.#advance(
      members,
      logits,
      members.map(() => 1),
    );
    this.#running = this.#running.filter(alive);
  }

  /** The members' common cache; as it is where nobody has joined or left. */
  async #together(rows: readonly CacheRow[]): Promise<KvCache> {
    const { cache } = rows[0]!;
    const same = rows.every((row, i) => row.cache === cache && row.row === i);
    if (same && cache.lengths.length === rows.length) return cache;
    if (this.#session.shape.emitsColumns) {
      const lengths = Int32Array.from(rows, (row) => row.cache.lengths[row.row]!);
      return gatherRows(rows, 'packed', spareColumns(this.#session, lengths));
    }
    this.#layout ??= await detectCacheLayout(this.#session);
    return gatherRows(rows, this.#layout);
  }

  /** Chooses each member's next token after its last of this run's `newTokens`, and hands it over. */
  async #advance(members: readonly Member[], logits: Tensor, newTokens: readonly number[]): Promise<void> {
    const { vocabularySize } = this.#session.shape;
    const width = logits.size / (members.length * vocabularySize);
    const last = lastLogits({ logits, width, newTokens });
    members.forEach(({ generation }, row) => {
      generation.choose(last.subarray(row * vocabularySize, (row + 1) * vocabularySize));
    });
    const scored = members.flatMap(({ generation }, row) => {
      if (generation.ended || generation.request.scores === undefined) return [];
      return [{ generation, row: row * width + newTokens[row]! - 1, token: generation.next }];
    });
    const scores = await this.#score(logits, scored);
    const scoreOf = new Map(scored.map(({ generation }, i) => [generation, scores[i]]));
    for (const { generation } of members) generation.yield(scoreOf.get(generation));
  }

  async #scorePrompts(
    members: readonly Member[],
    chunks: readonly number[][],
    logits: Tensor,
  ): Promise<void> {
    const width = logits.dims[1]!;
    const wanted = members.flatMap(({ generation, done }, row) => {
      if (generation.request.scores?.onPrompt === undefined) return [];
      const predicted = generation.prompt.slice(done + 1, done + 1 + chunks[row]!.length);
      return predicted.map((token, i) => ({ generation, row: row * width + i, token }));
    });
    const scores = await this.#score(logits, wanted);
    wanted.forEach(({ generation }, i) => generation.promptScores.push(scores[i]));
  }

  #score(
    logits: Tensor,
    wanted: readonly { generation: BatchedGeneration; row: number; token: number }[],
  ): Promise<TokenScore[]> {
    return scoreTokens(this.#arithmetic, {
      logits,
      places: wanted.map(({ generation, row, token }) => {
        return { row, token, top: generation.request.scores!.top };
      }),
    });
  }
}

const alive = ({ generation }: Member) => !generation.ended;
