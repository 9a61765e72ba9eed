import type { MergedInput } from './merge-prefixes.ts';

/** A run of tokens of a row, each of which sees those before it in the run, and some before the run. */
interface Run {
  start: number;
  length: number;
  /** Places in the row that it continues, in order. */
  continues: readonly number[];
}

/** One text, or several that begin alike: the common tokens stand in the row once, the continuations one behind another. */
export class TextRow {
  readonly tokens: number[];
  /** Each input, and where in the row its tokens are. */
  readonly inputs: { members: readonly number[]; places: readonly number[] }[];
  readonly #positions: number[];
  readonly #runs: Run[];

  constructor(input: MergedInput) {
    this.tokens = Array.from(input.tokens);
    const places = this.tokens.map((_, i) => i);
    this.inputs = [{ members: input.members, places }];
    this.#positions = [...places];
    this.#runs = [];
  }

  get length(): number {
    return this.tokens.length;
  }

  /** Whether all is one text, which any decoder reads. */
  get isPlain(): boolean {
    return this.#runs.length === 0;
  }

  /** How many tokens an input shares with the beginning of the last one. */
  common(input: MergedInput): number {
    const { places } = this.inputs.at(-1)!;
    let length = 0;
    while (
      length < Math.min(places.length, input.tokens.length) &&
      this.tokens[places[length]!] === input.tokens[length]
    )
      length += 1;
    return length;
  }

  /** Adds an input as a branch off the last one, after the first `common` tokens. */
  branch(input: MergedInput, common: number): void {
    const start = this.tokens.length;
    const continues = this.inputs.at(-1)!.places.slice(0, common);
    const tail = Array.from(input.tokens).slice(common);
    this.inputs.push({ members: input.members, places: [...continues, ...tail.map((_, i) => start + i)] });
    this.#runs.push({ start, length: tail.length, continues });
    this.tokens.push(...tail);
    this.#positions.push(...tail.map((_, i) => common + i));
  }

  /** How many tokens the one at a place stands behind. */
  position(place: number): number {
    return this.#positions[place] ?? place;
  }

  /**
   * Writes the row's part of an attention bias: what the tokens from `first` on may not see, although it comes before.
   *
   * @param bias `[count, width]`, zero
   */
  writeBias(
    bias: Float32Array,
    { first, count, width }: { first: number; count: number; width: number },
  ): void {
    for (const { start, length, continues } of this.#runs) {
      const from = Math.max(start, first);
      const to = Math.min(start + length, first + count);
      if (from >= to) continue;
      const hidden = new Float32Array(start).fill(UNSEEN);
      for (const place of continues) hidden[place] = 0;
      for (let place = from; place < to; place++) bias.set(hidden, (place - first) * width);
    }
  }
}

/** e to the power of it is 0, whatever is added; an infinity would make NaN where a whole row is hidden. */
const UNSEEN = -1e9;
