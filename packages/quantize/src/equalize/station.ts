import type { ModelProto } from '@quantloop/onnx';
import type { Linear } from '../graph/find-linears.ts';
import { findFold, tiesOfFold, type FoldTarget } from './find-fold.ts';
import { ValueGraph } from './value-graph.ts';

/** Linear layers that share their input, whose channels can be rescaled without changing what the model computes. */
export interface Station {
  /** The value that all of them read. */
  input: string;
  k: number;
  /** The layers whose weights are multiplied: those asked for and, where the division is folded, all others. */
  linears: Linear[];
  /** Constants that are divided; undefined where the value itself is, by a `Mul` in front of the layers. */
  fold: FoldTarget[] | undefined;
  /** For each channel the first one that must have the same scale. */
  ties: Int32Array;
}

/**
 * The stations of some layers in graph order. A layer whose weight something else reads, as a head tied to the embedding
 * does, is in none, and its input is then multiplied for the others.
 */
export function findStations(model: ModelProto, chosen: readonly Linear[]): Station[] {
  const graph = new ValueGraph(model);
  const nodes = new Set(chosen.map(({ node }) => node));
  const inputs = new Set(chosen.map(({ node }) => node.input[0]!));
  return [...inputs].flatMap((input) => {
    const readers = graph.readers(input);
    const all = readers?.map((node) => graph.linear(node));
    const linears = graph.linears.filter(
      (linear) => linear.node.input[0] === input && nodes.has(linear.node) && graph.ownsWeight(linear),
    );
    const [first] = linears;
    if (first === undefined) return [];
    const { k } = first;
    const foldable = all?.every((linear) => linear !== undefined && graph.ownsWeight(linear)) === true;
    const fold = foldable ? findFold(graph, input, k) : undefined;
    const ties = tiesOfFold(fold ?? [], k);
    return [{ input, k, linears: fold === undefined ? linears : (all as Linear[]), fold, ties }];
  });
}
