import {
  constantOperands,
  graphOf,
  nestedInitializers,
  nestedNodes,
  type ModelProto,
  type NodeProto,
} from '@quantloop/onnx';

/** A use of an initializer. */
export interface WeightReader {
  node: NodeProto;
  /** Which of the node's inputs it is. */
  input: number;
  /** The node of the main graph in whose subgraph it is used. */
  inside: NodeProto | undefined;
}

/**
 * Every initializer's readers in graph order. Nodes that only hand it on (`Identity`, `Cast`, `Transpose`) are passed
 * over for those that read their result.
 */
export function weightReaders(model: ModelProto): Map<string, WeightReader[]> {
  const operand = constantOperands(model);
  const readers = new Map<string, WeightReader[]>();
  for (const { item } of nestedInitializers(model)) readers.set(item.name, []);
  const handedOn = new Set(
    graphOf(model).node.filter(({ output }) => operand(output[0] ?? '') !== undefined),
  );
  for (const { item: node, inside } of nestedNodes(model)) {
    if (handedOn.has(node)) continue;
    for (const [input, value] of node.input.entries()) {
      readers.get(operand(value)?.name ?? value)?.push({ node, input, inside });
    }
  }
  return readers;
}

/** First input that is a table of cosines or sines, which has two. */
const TABLES: Record<string, number> = { GroupQueryAttention: 7, RotaryEmbedding: 2 };

/** Rotary position tables are computed, not learned: they count as no weights. */
export function isTable(readers: readonly WeightReader[]): boolean {
  return readers.some(({ node, input }) => {
    const first = TABLES[node.opType];
    return first !== undefined && [0, 1].includes(input - first);
  });
}
