import { graphOf, type ModelProto, type TensorReader, transpose } from '@quantloop/onnx';
import { freeMemory } from '@quantloop/runtime';
import { findLinears, type Linear } from '../graph/find-linears.ts';
import type { WeightUse } from '../graph/weight-use.ts';
import { layoutOf } from '../pack/layout.ts';
import type { PackedWeight } from '../pack/packed-weight.ts';
import type { Storage } from '../pack/storage.ts';
import type { LayerInputs } from '../quantizer.ts';
import { accumulateMoments } from './accumulate-moments.ts';
import { tokenFeeds } from './calibration-feeds.ts';
import { GraphWalk } from './graph-walk.ts';

/** The inputs of linear layers as they become while the weights are quantized one after the other. */
export class Calibration implements AsyncDisposable {
  readonly #walk: GraphWalk;
  #current: { value: string; inputs: LayerInputs } | undefined;

  private constructor(walk: GraphWalk) {
    this.#walk = walk;
  }

  /** @param options.linears in the order in which their inputs will be asked for */
  static async open(options: {
    model: ModelProto;
    reader: TensorReader;
    linears: readonly Linear[];
    /** Tokens to run the model on; none is empty. */
    sequences: readonly ArrayLike<number>[];
    scratch: string;
    signal?: AbortSignal | undefined;
  }): Promise<Calibration> {
    const { model, reader, linears, sequences, scratch, signal } = options;
    const wanted = inputsOf(linears);
    // All layers, calibrated or not: what lies between two targets is in memory at once.
    const all = inputsOf(findLinears(model));
    const targets = isWithin(wanted, all) ? all : wanted;
    const original = snapshotOf(model);
    const feeds = tokenFeeds(original, sequences);
    return new Calibration(
      await GraphWalk.open({ model: original, reader, targets, feeds, scratch, signal }),
    );
  }

  /** What the layer gets now. Layers that share an input and follow one another share the result. */
  async inputsOf({ node }: Linear): Promise<LayerInputs> {
    const value = node.input[0]!;
    if (this.#current?.value !== value) {
      this.#current = undefined;
      const { arithmetic } = this.#walk;
      const batches = this.#walk.batchesOf(value);
      this.#current = { value, inputs: await accumulateMoments({ name: value, batches, arithmetic }) };
    }
    return this.#current.inputs;
  }

  /** The layers that come later will see this weight as it reads back. */
  finish({ weight, k, n, transposed }: WeightUse, storage: Storage, { parts }: PackedWeight): void {
    this.#walk.replace(weight, () => {
      const values = layoutOf(storage).values(storage, parts);
      if (transposed) return values;
      const turned = transpose(values, n, k);
      freeMemory(values);
      return turned;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#walk[Symbol.asyncDispose]();
  }
}

/** A graph that stays as it is while the quantized model grows out of the other: nodes of its own, the same constants. */
function snapshotOf(model: ModelProto): ModelProto {
  const graph = graphOf(model);
  const { node, initializer, input } = graph;
  return {
    ...model,
    graph: { ...graph, node: structuredClone(node), initializer: [...initializer], input: [...input] },
  };
}

const inputsOf = (linears: readonly Linear[]): string[] => [
  ...new Set(linears.map(({ node }) => node.input[0]!)),
];

/** Whether the items of a list are among those of another, in the same order. */
function isWithin(items: readonly string[], others: readonly string[]): boolean {
  const places = items.map((item) => others.indexOf(item));
  return places.every((place, i) => place > (places[i - 1] ?? -1));
}
