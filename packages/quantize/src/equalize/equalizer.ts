import type { Arithmetic } from '@quantloop/runtime';

/** What was seen of a station's input x on calibration texts; one row of k numbers for every token. */
export interface StationInputs {
  rows: number;
  /** [k]: smallest and largest value of each channel. */
  low: Float32Array;
  high: Float32Array;
  /** [k]: mean of |x| of each channel. */
  absMean: Float32Array;
  /** Σ xᵀx, [k, k] row-major. */
  moments: Float32Array;
  /** For matrix products. */
  arithmetic: Arithmetic;
}

/** Magnitudes of a station by input channel. */
export interface ChannelMagnitudes {
  /** [k]: mean and largest |x|. */
  inputMean: Float64Array;
  inputMax: Float64Array;
  /** [k]: mean, over all output channels, of |w| as a fraction of the largest in its group. */
  weightMean: Float64Array;
  /** [k]: largest |w|. */
  weightMax: Float64Array;
}

/** Finds out by what to rescale the inputs of a layer whose weight is rounded afterwards. */
export interface Equalizer {
  /** Layers of one station that have the same name here choose together. */
  name: string;
  /** Inputs that share a scale of the weight. */
  group: number;
  /** Scales to try, [k] each, beside leaving everything as it is. */
  candidates(magnitudes: ChannelMagnitudes): Float64Array[];
  /** Replaces channels [count, k] of the rescaled weight by what they read back as when rounded. */
  round(channels: Float32Array<ArrayBuffer>, count: number): void;
  /** Steps in the range of the activations if they are rounded too, whole tensors or tokens at a time; else undefined. */
  activationSteps?: number;
  /** The last candidate is taken without comparing any. @default false */
  fixed?: boolean;
}
