import { makeNode, makeTensor, type Attributes, type NodeProto, type OnnxType } from '@quantloop/onnx';

/** Collects nodes in order; each has one output, `<output>.<role>`, whose name it bears itself. */
export class NodeChain {
  readonly nodes: NodeProto[] = [];
  readonly #output: string;

  /** `output`: the value that all this leads to, whose name no other layer has. */
  constructor(output: string) {
    this.#output = output;
  }

  add(role: string, op: string, inputs: readonly string[], attributes: Attributes = {}): string {
    const name = `${this.#output}.${role}`;
    this.nodes.push(makeNode({ op, name, inputs, outputs: [name], attributes }));
    return name;
  }

  constant(
    role: string,
    type: OnnxType,
    dims: readonly number[],
    data: readonly number[] | Uint8Array,
  ): string {
    const value = makeTensor({ name: '', type, dims, data });
    return this.add(role, 'Constant', [], { value });
  }
}
