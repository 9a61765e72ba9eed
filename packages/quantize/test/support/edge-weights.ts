import { normals } from './random.ts';

/** [k, n] weights with one peculiarity each. */
export const EDGE_WEIGHTS: Record<string, (k: number, n: number) => Float32Array<ArrayBuffer>> = {
  'normal weights': (k, n) => normals(k * n, 7),
  'columns of zeros': (k, n) => normals(k * n, 8).map((w, i) => ((i % n) % 2 === 0 ? 0 : w)),
  'constant columns': (k, n) =>
    Float32Array.from({ length: k * n }, (_, i) => ((i % n) % 2 === 0 ? 0.5 : -0.125)),
  'positive weights far from zero': (k, n) => normals(k * n, 9).map((w) => 1.05 + 0.01 * w),
  'one huge outlier': (k, n) => normals(k * n, 10).map((w, i) => (i === Math.floor((k * n) / 2) ? 1e6 : w)),
};

/**
 * [k, n]: whole blocks; a tail; an odd number of blocks; narrower than any block; wider than the largest, and more than
 * 256 blocks of 64; one output.
 */
export const SHAPES: readonly [number, number][] = [
  [64, 8],
  [100, 7],
  [96, 5],
  [5, 3],
  [300, 61],
  [33, 1],
];
