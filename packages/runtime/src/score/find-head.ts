import {
  graphOf,
  type ModelProto,
  type NodeProto,
  readAttributes,
  standardOpset,
  valuesReadBy,
} from '@quantloop/onnx';

/** The part of a decoder that makes logits of hidden states. */
export interface Head {
  /** The value it takes, [batch, sequence, hidden]. */
  hidden: string;
  /** In graph order; none of their outputs but the logits is read elsewhere. */
  nodes: NodeProto[];
}

const PRODUCTS = new Set([
  'MatMul',
  'FusedMatMul',
  'MatMulNBits',
  'MatMulBnb4',
  'MatMulInteger',
  'MatMulIntegerToFloat',
]);

/** Other operators that treat every position by itself, as long as what they take beside it is constant. */
const ELEMENTWISE = new Set([
  ...['Abs', 'Add', 'Cast', 'Clip', 'Div', 'Identity', 'Max', 'Mul', 'Round', 'Sub', 'Tanh'],
  ...['DequantizeLinear', 'QuantizeLinear'],
]);

/**
 * Walks back from the logits to the nearest value that they are all made of, through at least one product with a
 * constant weight. Undefined where something on the way mixes positions, e.g. one scale for all tokens.
 */
export function findHead(model: ModelProto): Head | undefined {
  const graph = graphOf(model);
  if (standardOpset(model) < 13) return undefined;
  const order = new Map(graph.node.map((node, index) => [node, index]));
  const producers = new Map(graph.node.flatMap((node) => node.output.map((name) => [name, node] as const)));
  const constants = constantValues(model);
  const found = new Set<NodeProto>();
  const open = new Set(['logits']);
  for (let product = false; !(product && open.size === 1);) {
    const last = [...open]
      .map((name) => producers.get(name))
      .reduce((a, b) =>
        a === undefined || b === undefined ? undefined : order.get(a)! > order.get(b)! ? a : b,
      );
    if (last === undefined || !keepsPositionsApart(last, constants)) return undefined;
    product ||= PRODUCTS.has(last.opType);
    found.add(last);
    for (const name of last.output) open.delete(name);
    for (const name of valuesReadBy(last)) if (!constants.has(name)) open.add(name);
  }
  const nodes = graph.node.filter((node) => found.has(node));
  const inside = new Set(nodes.flatMap((node) => node.output));
  const leaks = graph.node.some(
    (node) => !found.has(node) && [...valuesReadBy(node)].some((name) => inside.has(name)),
  );
  return leaks ? undefined : { hidden: [...open][0]!, nodes };
}

function keepsPositionsApart(node: NodeProto, constants: ReadonlySet<string>): boolean {
  const { transA, axes, axis } = readAttributes(node);
  if (PRODUCTS.has(node.opType)) return transA !== 1 && !constants.has(node.input[0]!);
  // The largest of each token's values, which a token's own scale is made of. A second input names the axes.
  if (node.opType === 'ReduceMax') {
    return node.input.length > 1
      ? constants.has(node.input[1]!)
      : Array.isArray(axes) && axes.join() === '-1';
  }
  return ELEMENTWISE.has(node.opType) && (axis === undefined || axis === -1 || node.input.length < 2);
}

/** Names of all values that no input of the model has a part in. */
function constantValues(model: ModelProto): ReadonlySet<string> {
  const graph = graphOf(model);
  const inputs = new Set(graph.input.map(({ name }) => name));
  const constants = new Set(graph.initializer.map(({ name }) => name).filter((name) => !inputs.has(name)));
  for (const node of graph.node) {
    if ([...valuesReadBy(node)].every((name) => constants.has(name)))
      for (const name of node.output) constants.add(name);
  }
  return constants;
}
