import { refuseNonFinite } from '../weights/refuse-non-finite.ts';
import type { WeightSource } from '../weights/weight-source.ts';
import type { ChannelMagnitudes, StationInputs } from './equalizer.ts';

/** Keeps the share of weights in a group of zeros from being 0 / 0; AutoAWQ's. */
const TINY = 1e-6;

/**
 * Reads the weights of a station once. @throws QuantloopError `non-finite`, naming weight and index
 *
 * @param options.layers each with the number of inputs that share one scale
 */
export async function channelMagnitudes(options: {
  inputs: Pick<StationInputs, 'low' | 'high' | 'absMean'>;
  layers: readonly { weight: WeightSource; group: number }[];
}): Promise<ChannelMagnitudes> {
  const { low, high, absMean } = options.inputs;
  const k = absMean.length;
  const weightMean = new Float64Array(k);
  const weightMax = new Float64Array(k);
  let channels = 0;
  for (const { weight, group } of options.layers) {
    for await (const panel of weight.panels()) {
      const sum = addPanel(panel.data, k, group, weightMean, weightMax);
      if (!Number.isFinite(sum)) refuseNonFinite(weight.name, k, panel, weight.first);
      channels += panel.count;
    }
  }
  return {
    inputMean: Float64Array.from(absMean),
    inputMax: Float64Array.from(low, (value, i) => Math.max(-value, high[i]!, 0)),
    weightMean: weightMean.map((sum) => sum / channels),
    weightMax,
  };
}

/** Returns Σ |w|, which is finite if all weights are. */
function addPanel(
  weights: Float32Array,
  k: number,
  group: number,
  mean: Float64Array,
  max: Float64Array,
): number {
  let total = 0;
  for (let offset = 0; offset < weights.length; offset += k) {
    for (let start = 0; start < k; start += group) {
      const end = Math.min(start + group, k);
      let largest = 0;
      for (let i = start; i < end; i++) {
        const size = Math.abs(weights[offset + i]!);
        if (size > largest) largest = size;
        if (size > max[i]!) max[i] = size;
        total += size;
      }
      const share = 1 / (largest + TINY);
      for (let i = start; i < end; i++) mean[i]! += Math.abs(weights[offset + i]!) * share;
    }
  }
  return total;
}
