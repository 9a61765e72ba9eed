import {
  constantOperands,
  graphOf,
  isStandard,
  readAttributes,
  type ModelProto,
  type NodeProto,
} from '@quantloop/onnx';
import { moduleName } from './module-name.ts';
import type { WeightUse } from './weight-use.ts';

/** What may happen to token ids on their way to the table. */
const RESHAPES = new Set(['Cast', 'Flatten', 'Identity', 'Reshape', 'Squeeze', 'Unsqueeze']);

/**
 * The embeddings of the main graph, in its order: each `Gather` of rows of a constant matrix by the model's token ids
 * (`input_ids`, `decoder_input_ids`). Tables of positions and token types are small, and none.
 */
export function findLookups(model: ModelProto): WeightUse[] {
  const operand = constantOperands(model);
  const graph = graphOf(model);
  const producers = new Map(graph.node.map((node) => [node.output[0]!, node]));
  const isTokens = (value: string): boolean => {
    if (/(^|_)input_ids$/.test(value)) return graph.input.some(({ name }) => name === value);
    const node = producers.get(value);
    return node !== undefined && RESHAPES.has(node.opType) && isTokens(node.input[0]!);
  };
  return graph.node.flatMap((node) => {
    const table = isRowGather(node) ? operand(node.input[0]!) : undefined;
    if (table === undefined || table.transposed || table.dims.length !== 2 || !isTokens(node.input[1]!))
      return [];
    const { name, dims, type, via } = table;
    const [n, k] = dims as [number, number];
    return [{ node, module: moduleName(node.name, name), weight: name, k, n, type, transposed: true, via }];
  });
}

function isRowGather(node: NodeProto): boolean {
  if (node.opType !== 'Gather' || !isStandard(node)) return false;
  const { axis = 0 } = readAttributes(node);
  return axis === 0;
}
