import { multiply } from '@quantloop/runtime';
import type { WeightSource } from '../weights/weight-source.ts';
import { channelMagnitudes } from './channel-magnitudes.ts';
import type { Equalizer, StationInputs } from './equalizer.ts';

export interface EqualizedLayer {
  weight: WeightSource;
  equalizer: Equalizer;
}

/**
 * The scale by which a station's layers lose least: Σ ‖x (W − Q(W · s) / s)‖² over them, computed from Σ xᵀx, so that no
 * sample has to be kept; with the error of the activations, where they are rounded too. No layer may lose more than it
 * would without a scale. One panel of weights in memory at a time.
 *
 * @param options.ties for each channel the first one that must have the same scale
 * @returns [k], and which of the candidates it is; −1: all ones
 */
export async function chooseScale(options: {
  layers: readonly [EqualizedLayer, ...EqualizedLayer[]];
  inputs: StationInputs;
  ties: Int32Array;
}): Promise<{ scale: Float64Array; candidate: number }> {
  const { layers, inputs, ties } = options;
  const [{ equalizer }] = layers;
  const magnitudes = await channelMagnitudes({
    inputs,
    layers: layers.map(({ weight, equalizer: { group } }) => ({ weight, group })),
  });
  const ones = new Float64Array(ties.length).fill(1);
  const candidates = equalizer.candidates(magnitudes).map((scale) => tied(scale, ties));
  if (equalizer.fixed === true) return { scale: candidates.at(-1)!, candidate: candidates.length - 1 };

  const scales = [ones, ...candidates];
  const totals = new Float64Array(scales.length);
  for (const { weight, equalizer: own } of layers) {
    const errors = await outputErrors(weight, own, scales, inputs);
    for (const [i, error] of errors.entries()) totals[i]! += error <= errors[0]! ? error : Infinity;
  }
  const best = totals.reduce((least, total, i) => (total < totals[least]! ? i : least), 0);
  return { scale: scales[best]!, candidate: best - 1 };
}

/** The geometric mean of what is tied. */
function tied(scale: Float64Array, ties: Int32Array): Float64Array {
  const logs = new Float64Array(scale.length);
  const counts = new Float64Array(scale.length);
  for (const [i, tie] of ties.entries()) {
    logs[tie]! += Math.log(scale[i]!);
    counts[tie]!++;
  }
  return scale.map((factor, i) => {
    const tie = ties[i]!;
    return counts[tie] === 1 ? factor : Math.exp(logs[tie]! / counts[tie]!);
  });
}

/** Σ of the squared output errors of one layer for each scale. */
async function outputErrors(
  weight: WeightSource,
  equalizer: Equalizer,
  scales: readonly Float64Array[],
  inputs: StationInputs,
): Promise<Float64Array> {
  const { k } = weight;
  const { moments, arithmetic } = inputs;
  const b = { data: moments, rows: k, columns: k };
  const noises = scales.map((scale) => activationNoise(scale, equalizer, inputs));
  const errors = new Float64Array(scales.length);
  let rounded = new Float32Array(0);
  for await (const { data, count } of weight.panels()) {
    if (rounded.length !== data.length) rounded = new Float32Array(data.length);
    for (const [index, scale] of scales.entries()) {
      for (let i = 0; i < data.length;) for (let c = 0; c < k; c++, i++) rounded[i] = data[i]! * scale[c]!;
      equalizer.round(rounded, count);
      if (noises[index] !== undefined) errors[index]! += noiseOut(rounded, noises[index]);
      for (let i = 0; i < data.length;) {
        for (let c = 0; c < k; c++, i++) rounded[i] = data[i]! - rounded[i]! / scale[c]!;
      }
      const product = await multiply(arithmetic, { a: { data: rounded, rows: count, columns: k }, b });
      let sum = 0;
      for (let i = 0; i < rounded.length; i++) sum += rounded[i]! * product.data[i]!;
      errors[index]! += sum;
    }
  }
  return errors;
}

/**
 * [k]: Σ over the rows of the squared rounding error of x / s. Errors are spread evenly over a step of the whole range;
 * a channel that vanishes in it loses no more than it has. Undefined where activations are not rounded.
 */
function activationNoise(
  scale: Float64Array,
  { activationSteps }: Equalizer,
  { low, high, moments, rows }: StationInputs,
): Float64Array | undefined {
  if (activationSteps === undefined) return undefined;
  const k = scale.length;
  let [least, most] = [0, 0];
  for (const [i, factor] of scale.entries()) {
    least = Math.min(least, low[i]! / factor);
    most = Math.max(most, high[i]! / factor);
  }
  const variance = ((most - least) / activationSteps) ** 2 / 12;
  return scale.map((factor, i) => Math.min(rows * variance, moments[i * k + i]! / factor ** 2));
}

function noiseOut(rounded: Float32Array, noise: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < rounded.length;) {
    for (let c = 0; c < noise.length; c++, i++) sum += rounded[i]! * rounded[i]! * noise[c]!;
  }
  return sum;
}
