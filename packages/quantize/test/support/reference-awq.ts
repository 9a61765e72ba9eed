import { type GridOptions, referenceGrid } from './reference.ts';

export interface AwqCase extends GridOptions {
  /** The layers that share the input, [k, n] each. */
  weights: { w: Float32Array; n: number }[];
  k: number;
  /** Inputs with one grid. */
  group: number;
  /** Rows of k numbers. */
  x: number[][];
}

const column = (w: Float32Array, k: number, n: number, c: number) =>
  Array.from({ length: k }, (_, i) => w[i * n + c]!);

/** ‖x d‖² for one output channel. */
const outputSquares = (x: number[][], d: number[]) =>
  x.reduce((sum, row) => sum + row.reduce((dot, value, i) => dot + value * d[i]!, 0) ** 2, 0);

/** Weights on a grid whose scale is multiplied by `factor`, and their codes. */
function onGrid(weights: number[], options: GridOptions, factor = 1) {
  const { scale: whole, zero } = referenceGrid(weights, options);
  const scale = Math.fround(whole * factor);
  const top = 2 ** options.bits - 1;
  const nearest = (v: number) => {
    const floor = Math.floor(v);
    if (v - floor !== 0.5) return Math.round(v);
    return floor % 2 === 0 ? floor : floor + 1;
  };
  const codes = weights.map((w) =>
    scale === 0 ? zero : Math.min(top, Math.max(0, nearest(w / scale) + zero)),
  );
  return { codes, values: codes.map((code) => Math.fround((code - zero) * scale)) };
}

/** All scales AWQ tries: mean |x|^a, and that over the mean share of |w| in its group's largest to the power 1 − a. */
export function referenceScales({ weights, k, group, x }: AwqCase): number[][] {
  const inputs = Array.from({ length: k }, (_, i) => i);
  const inputMean = inputs.map((i) =>
    Math.fround(x.reduce((sum, row) => sum + Math.abs(row[i]!), 0) / x.length),
  );
  const shares = weights.flatMap(({ w, n }) =>
    Array.from({ length: n }, (_, c) => {
      const sizes = column(w, k, n, c).map(Math.abs);
      return sizes.map((size, i) => {
        const first = i - (i % group);
        return size / (Math.max(...sizes.slice(first, first + group)) + 1e-6);
      });
    }),
  );
  const weightMean = inputs.map((i) => shares.reduce((sum, share) => sum + share[i]!, 0) / shares.length);
  const scales: number[][] = [];
  for (let step = 1; step < 20; step++) scales.push(inputMean.map((m) => m ** (step / 20)));
  for (let step = 0; step < 20; step++) {
    const a = step / 20;
    scales.push(inputMean.map((m, i) => m ** a / (weightMean[i]! ** (1 - a) + 1e-4)));
  }
  return scales.map((scale) => {
    const clamped = scale.map((s) => Math.max(s, 1e-4));
    const middle = Math.sqrt(Math.max(...clamped) * Math.min(...clamped));
    return clamped.map((s) => s / middle);
  });
}

/** The index of the scale with the least output error on the samples themselves; −1 for none. */
export function referenceChoice(options: AwqCase): number {
  const { weights, k, group, x } = options;
  const errorsOf = (scale: number[]) =>
    weights.map(({ w, n }) => {
      let error = 0;
      for (let c = 0; c < n; c++) {
        const original = column(w, k, n, c);
        const scaled = original.map((value, i) => Math.fround(value * scale[i]!));
        const read: number[] = [];
        for (let start = 0; start < k; start += group) {
          read.push(...onGrid(scaled.slice(start, start + group), options).values);
        }
        error += outputSquares(
          x,
          original.map((value, i) => value - read[i]! / scale[i]!),
        );
      }
      return error;
    });
  const total = (errors: number[]) => errors.reduce((sum, error) => sum + error, 0);
  const before = errorsOf(Array(k).fill(1));
  let [best, least] = [-1, total(before)];
  for (const [index, scale] of referenceScales(options).entries()) {
    const errors = errorsOf(scale);
    if (errors.some((error, layer) => error > before[layer]!) || total(errors) >= least) continue;
    [best, least] = [index, total(errors)];
  }
  return best;
}

/** What one layer reads back as, [k, n], each group of each channel in turn clipped where the channel's error is least. */
export function referenceClip(
  options: Omit<AwqCase, 'weights'> & { w: Float32Array; n: number },
): Float32Array {
  const { w, n, k, group, x } = options;
  const values = new Float32Array(k * n);
  for (let c = 0; c < n; c++) {
    const original = column(w, k, n, c);
    const groups: number[][] = [];
    for (let start = 0; start < k; start += group) groups.push(original.slice(start, start + group));
    const read = groups.map((weights) => onGrid(weights, options).values);
    const error = () =>
      outputSquares(
        x,
        read.flat().map((value, i) => original[i]! - value),
      );
    for (const [g, weights] of groups.entries()) {
      let [best, least] = [read[g]!, error()];
      for (let percent = 98; percent > 20; percent -= 2) {
        read[g] = onGrid(weights, options, percent / 100).values;
        if (error() < least) [best, least] = [read[g]!, error()];
      }
      read[g] = best;
    }
    for (const [i, value] of read.flat().entries()) values[i * n + c] = value;
  }
  return values;
}
