import { BUCKETS, type Codebook } from '../../pack/codebook.ts';
import type { ErrorSums } from '../../round/error-sums.ts';

/** Rounds one block after another; holds the ranks of the last one. */
export class BlockRounder {
  readonly #codebook: Codebook;
  readonly #sums: ErrorSums;
  /** One more than a block: an odd last one is filled up. */
  readonly #ranks: Uint8Array;
  #size = 0;
  /** Of the block, by rank: the upper end of what is rounded to a level, and the level as it is read back. */
  readonly #ends = new Float64Array(16);
  readonly #values = new Float64Array(16);

  constructor(codebook: Codebook, blockSize: number, sums: ErrorSums) {
    this.#codebook = codebook;
    this.#sums = sums;
    this.#ranks = new Uint8Array(blockSize + 1);
  }

  /** To the nearest of the levels times `magnitude` ≥ 0, weights beyond them to the last; adds up the error. */
  round(data: Float32Array, start: number, end: number, magnitude: number): void {
    const { levels, codes, midpoints, firstRank } = this.#codebook;
    const ranks = this.#ranks;
    const ends = this.#ends;
    const values = this.#values;
    for (let rank = 0; rank < codes.length; rank++) {
      // The product of 25 and 24 significant bits is exact. Where all levels are read back as 0, none is left.
      ends[rank] = magnitude === 0 ? Infinity : midpoints[rank]! * magnitude;
      values[rank] = Math.fround(levels[codes[rank]!]! * magnitude);
    }
    const toBucket = magnitude === 0 ? 0 : BUCKETS / magnitude;
    let squares = 0;
    let errorSquares = 0;
    let largest = this.#sums[2]!;
    for (let i = start, o = 0; i < end; i++, o++) {
      const weight = data[i]!;
      const bucket = Math.max(0, Math.min(2 * BUCKETS, weight * toBucket + BUCKETS)) | 0;
      let rank = firstRank[bucket]!;
      // Without a branch: which side of a midpoint a weight lies on cannot be predicted.
      rank += +(weight > ends[rank]!);
      ranks[o] = rank;
      const off = weight - values[rank]!;
      squares += weight * weight;
      const square = off * off;
      errorSquares += square;
      if (square > largest) largest = square;
    }
    this.#size = end - start;
    this.#sums[0]! += squares;
    this.#sums[1]! += errorSquares;
    this.#sums[2] = largest;
  }

  /** Writes the codes of the block, the first of two in the high half of a byte; a last odd one is followed by 0. */
  pack(out: Uint8Array, offset: number): void {
    const { codes } = this.#codebook;
    const ranks = this.#ranks;
    const pairs = this.#size >> 1;
    for (let i = 0; i < pairs; i++)
      out[offset + i] = (codes[ranks[2 * i]!]! << 4) | codes[ranks[2 * i + 1]!]!;
    if (this.#size % 2 === 1) out[offset + pairs] = codes[ranks[this.#size - 1]!]! << 4;
  }
}
