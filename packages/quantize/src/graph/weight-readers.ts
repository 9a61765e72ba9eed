import { graphOf, type ModelProto } from '@quantloop/onnx';

/** What a node does with an initializer. */
export interface WeightReader {
  op: string;
  node: string;
  /** Which of the node's inputs it is. */
  input: number;
}

/** Every initializer's readers in graph order. */
export function weightReaders(model: ModelProto): Map<string, WeightReader[]> {
  const graph = graphOf(model);
  const readers = new Map<string, WeightReader[]>(graph.initializer.map(({ name }) => [name, []]));
  for (const node of graph.node) {
    for (const [input, name] of node.input.entries()) {
      readers.get(name)?.push({ op: node.opType, node: node.name, input });
    }
  }
  return readers;
}

/** First input that is a table of cosines or sines, which has two. */
const TABLES: Record<string, number> = { GroupQueryAttention: 7, RotaryEmbedding: 2 };

/** Rotary position tables are computed, not learned: they count as no weights. */
export function isTable(readers: readonly WeightReader[]): boolean {
  return readers.some(({ op, input }) => TABLES[op] !== undefined && [0, 1].includes(input - TABLES[op]));
}
