import {
  findMatMuls,
  graphOf,
  onnxTypeOf,
  readAttributes,
  type ModelProto,
  type NodeProto,
  type OnnxType,
} from '@quantloop/onnx';

/** A linear layer of the main graph: a product with a constant 2-D weight on its right. */
export interface Linear {
  node: NodeProto;
  /** Name of the weight's initializer. */
  weight: string;
  /** Inputs. */
  k: number;
  /** Outputs. */
  n: number;
  /** Of the weight as stored. */
  type: OnnxType;
  /** The initializer is stored as [n, k]. */
  transposed: boolean;
  /** Value added to the product. */
  bias?: string;
  /** Transposes the stored weight for this layer, and is not needed once the weight is packed. */
  transpose?: NodeProto;
}

/**
 * All linear layers in graph order: `MatMul` and `FusedMatMul(transB)` on an initializer, `MatMul` on a transposed
 * initializer, and `Gemm` without scaling (the weight on either orientation, with or without bias).
 */
export function findLinears(model: ModelProto): Linear[] {
  const graph = graphOf(model);
  const direct = new Map<NodeProto, Linear>(
    findMatMuls(model).map(({ node, weight, k, n, type, transposed }) => [
      node,
      { node, weight, k, n, type, transposed },
    ]),
  );
  const constants = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]));
  // An initializer that is also an input may be overridden when the model runs.
  for (const { name } of graph.input) constants.delete(name);
  const transposes = new Map(graph.node.filter(swapsAxes).map((node) => [node.output[0]!, node]));

  const matrix = (name: string | undefined) => {
    const tensor = constants.get(name ?? '');
    const type = tensor === undefined ? undefined : onnxTypeOf(tensor.dataType);
    if (tensor === undefined || type === undefined || tensor.dims.length !== 2) return undefined;
    return { weight: tensor.name, type, rows: Number(tensor.dims[0]), columns: Number(tensor.dims[1]) };
  };

  const linearOf = (node: NodeProto): Linear | undefined => {
    if (node.domain !== '' && node.domain !== 'ai.onnx') return undefined;
    if (node.opType === 'MatMul') {
      const transpose = transposes.get(node.input[1] ?? '');
      const found = matrix(transpose?.input[0]);
      if (transpose === undefined || found === undefined) return undefined;
      const { weight, type, rows, columns } = found;
      return { node, weight, type, k: columns, n: rows, transposed: true, transpose };
    }
    if (node.opType === 'Gemm') {
      const { transA = 0, transB = 0, alpha = 1, beta = 1 } = readAttributes(node);
      const found = matrix(node.input[1]);
      if (found === undefined || transA !== 0 || alpha !== 1 || beta !== 1) return undefined;
      const { weight, type, rows, columns } = found;
      const transposed = transB === 1;
      const [k, n] = transposed ? [columns, rows] : [rows, columns];
      const bias = node.input[2] ?? '';
      return { node, weight, type, k, n, transposed, ...(bias === '' ? {} : { bias }) };
    }
    return undefined;
  };

  return graph.node.flatMap((node) => direct.get(node) ?? linearOf(node) ?? []);
}

function swapsAxes(node: NodeProto): boolean {
  if (node.opType !== 'Transpose' || (node.domain !== '' && node.domain !== 'ai.onnx')) return false;
  const { perm = [1, 0] } = readAttributes(node);
  return Array.isArray(perm) && perm.length === 2 && perm[0] === 1 && perm[1] === 0;
}

/** The output head: its product is an output of the model, or it is named so. */
export function isHead(model: ModelProto, linear: Linear): boolean {
  const output = linear.node.output[0];
  if (graphOf(model).output.some(({ name }) => name === output)) return true;
  return /(^|[/.])lm_head([/.]|$)/.test(linear.node.name);
}
