import type { Checkpoint } from '@quantloop/artifacts';
import type { ModelProto, NodeProto, TensorReader } from '@quantloop/onnx';
import { Arithmetic } from '@quantloop/runtime';
import type { Linear } from '../graph/find-linears.ts';
import type { RescaledInput } from '../manifest/manifest.ts';
import type { LayerInputs, WeightPlan } from '../quantizer.ts';
import { divideRanges, type InputRanges, type InputStatistics } from '../statistics/input-statistics.ts';
import type { Statistics } from '../statistics/statistics-file.ts';
import { stopOnAbort } from '../weights/stop-on-abort.ts';
import { openWeight } from '../weights/weight-source.ts';
import { chooseScale, type EqualizedLayer } from './choose-scale.ts';
import { equalizeModel } from './equalize-model.ts';
import type { Scaling, Scalings } from '../weights/scaling.ts';
import { readScale, writeScale } from './stored-scale.ts';
import { findStations, type Station } from './station.ts';

export interface EqualizeOptions {
  /** Edited in place. */
  model: ModelProto;
  /** Path of the model. */
  file: string;
  /** Of the model as it is. */
  reader: TensorReader;
  planned: readonly { linears: readonly Linear[]; plan: WeightPlan }[];
  statistics: Statistics;
  /** Finished stations are kept here and taken from here. */
  checkpoint?: Pick<Checkpoint, 'read' | 'write'> | undefined;
  signal?: AbortSignal | undefined;
  /** Before each station. */
  onStation: (input: string) => void;
}

/** A model whose layers' inputs have been rescaled for the plans that ask for it, and what the layers then read. */
export class Equalization implements AsyncDisposable {
  /** Reads the constants as they have become. */
  readonly reader: TensorReader;
  /** What was done, for the manifest. */
  readonly rescaled: RescaledInput[];
  readonly #scalings: Scalings;
  readonly #statistics: Statistics;
  readonly #arithmetic: Arithmetic;
  readonly #inputs: ReadonlyMap<NodeProto, { value: string; scale: Float64Array | undefined }>;
  #last: { node: NodeProto; inputs: LayerInputs } | undefined;

  private constructor(options: {
    reader: TensorReader;
    scalings: Scalings;
    rescaled: RescaledInput[];
    statistics: Statistics;
    arithmetic: Arithmetic;
    inputs: ReadonlyMap<NodeProto, { value: string; scale: Float64Array | undefined }>;
  }) {
    this.reader = options.reader;
    this.rescaled = options.rescaled;
    this.#scalings = options.scalings;
    this.#statistics = options.statistics;
    this.#arithmetic = options.arithmetic;
    this.#inputs = options.inputs;
  }

  /** Chooses the scales, station by station, and applies them. */
  static async open(options: EqualizeOptions): Promise<Equalization> {
    const { model, file, planned, statistics } = options;
    const arithmetic = new Arithmetic();
    const plans = new Map(planned.flatMap(({ linears, plan }) => linears.map(({ node }) => [node, plan])));
    const chosen = planned.filter(({ plan }) => plan.equalizer !== undefined);
    const stations = findStations(
      model,
      chosen.flatMap(({ linears }) => linears),
    );
    const scales = new Map<Station, Float64Array>();
    for (const [index, station] of stations.entries()) {
      const scale = await scaleOf({ ...options, station, index, plans, arithmetic });
      if (scale.some((factor) => factor !== 1)) scales.set(station, scale);
    }
    const rescaled = [...scales].map(([station, scale]) => describe(station, scale));
    const byNode = new Map(
      [...scales].flatMap(([{ linears }, scale]) => linears.map(({ node }) => [node, scale])),
    );
    const inputs = new Map(
      [...plans.keys()].map((node) => [node, { value: node.input[0]!, scale: byNode.get(node) }]),
    );
    const equalized = equalizeModel({ model, file, scales });
    return new Equalization({ ...equalized, rescaled, statistics, arithmetic, inputs });
  }

  /** What a constant is multiplied by when it is read; undefined for one that stays as it is. */
  scaling(name: string): Scaling | undefined {
    return this.#scalings.get(name);
  }

  /** Whether something divides what a layer reads. */
  isRescaled({ node }: Linear): boolean {
    return this.#inputs.get(node)!.scale !== undefined;
  }

  /** The ranges of what a layer reads in the unquantized model, rescaled. */
  async rangesOf({ node }: Linear): Promise<InputRanges> {
    const { value, scale } = this.#inputs.get(node)!;
    const seen = await this.#statistics.inputs(value);
    return scale === undefined ? seen : divideRanges(seen, scale);
  }

  /** What was seen of the input of a layer, in the unquantized model as it was. */
  async statisticsOf({ node }: Linear): Promise<InputStatistics> {
    return this.#statistics.inputs(this.#inputs.get(node)!.value);
  }

  /** Σ xᵀx of what a layer reads in the unquantized model, rescaled. Layers of one station share the sums. */
  async inputsOf({ node }: Linear): Promise<LayerInputs> {
    const { value, scale } = this.#inputs.get(node)!;
    const last = this.#last === undefined ? undefined : this.#inputs.get(this.#last.node)!;
    if (last?.value === value && last.scale === scale) return this.#last!.inputs;
    this.#last = undefined;
    const { rows } = await this.#statistics.inputs(value);
    const moments = await this.#statistics.moments(value);
    if (scale !== undefined) rescale(moments, scale);
    const inputs = { rows, moments, arithmetic: this.#arithmetic };
    this.#last = { node, inputs };
    return inputs;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.reader.close();
    await this.#arithmetic.release();
  }
}

function describe({ input, linears, fold = [] }: Station, scale: Float64Array): RescaledInput {
  return {
    value: input,
    nodes: linears.map(({ node }) => node.name),
    foldedInto: fold.map(({ initializer }) => initializer),
    low: scale.reduce((a, b) => Math.min(a, b)),
    high: scale.reduce((a, b) => Math.max(a, b)),
  };
}

/** Σ xᵀx of x / s. */
function rescale(moments: Float32Array, scale: Float64Array): void {
  const k = scale.length;
  for (let i = 0, at = 0; i < k; i++) {
    for (let j = 0; j < k; j++, at++) moments[at]! /= scale[i]! * scale[j]!;
  }
}

/** The scale of a station: from the checkpoint, or chosen by its layers that ask for one and agree on how. */
async function scaleOf(
  options: EqualizeOptions & {
    station: Station;
    index: number;
    plans: ReadonlyMap<NodeProto, WeightPlan>;
    arithmetic: Arithmetic;
  },
): Promise<Float64Array> {
  const { reader, statistics, checkpoint, signal, station, index, plans, arithmetic } = options;
  const { input, k, ties, linears } = station;
  const name = `scale-${String(index).padStart(5, '0')}`;
  const stored = await checkpoint?.read(name);
  const known = stored === undefined ? undefined : readScale(stored, station);
  if (known !== undefined) return known;
  signal?.throwIfAborted();
  options.onStation(input);
  const layers = linears.flatMap(({ node, weight, n, transposed }): EqualizedLayer[] => {
    const equalizer = plans.get(node)?.equalizer;
    if (equalizer === undefined) return [];
    const source = openWeight({ reader, name: weight, k, n, transposed });
    return [{ weight: stopOnAbort(source, signal), equalizer }];
  });
  const [first, ...others] = layers;
  const alike = others.filter(({ equalizer }) => equalizer.name === first!.equalizer.name);
  const inputs = {
    ...(await statistics.inputs(input)),
    moments: await statistics.moments(input),
    arithmetic,
  };
  const { scale } = await chooseScale({ layers: [first!, ...alike], inputs, ties });
  await checkpoint?.write(name, writeScale(scale, station));
  return scale;
}
