import { create } from '@bufbuild/protobuf';
import {
  type GraphProto,
  GraphProtoSchema,
  type ModelProto,
  ModelProtoSchema,
  type TensorProto,
} from '../file/generated/onnx_pb.ts';
import { serializeModel } from '../file/write-model.ts';
import type { Attributes } from '../graph/attributes.ts';
import { makeNode } from '../graph/make-node.ts';
import { makeTensor } from '../graph/make-tensor.ts';
import { requireOpset } from '../graph/require-opset.ts';
import type { OnnxType } from '../types/onnx-type.ts';
import { valueInfo } from './value-info.ts';

export interface GraphBuilderOptions {
  /** Default `quantloop`. */
  name?: string;
  /** Version of the standard operators. Default 21, with IR 10 what ONNX Runtime ≥ 1.18 reads. */
  opset?: number;
  /** Default 10. */
  irVersion?: number;
  /** Versions of other operator sets; version 1 of each that a node uses is added by itself. */
  domains?: Record<string, number>;
}

/**
 * Builds an ONNX graph node by node. Values are their names; a node's inputs must exist before it, which keeps the
 * order topological.
 *
 * @example
 * const g = new GraphBuilder();
 * const a = g.input('a', 'float32', ['m', 'k']);
 * g.node('MatMul', [a, g.input('b', 'float32', ['k', 'n'])], { outputs: [g.output('c', 'float32', ['m', 'n'])] });
 * const session = await InferenceSession.create(g.bytes());
 */
export class GraphBuilder {
  readonly #model: ModelProto;
  readonly #graph: GraphProto;
  readonly #values = new Set<string>();
  #generated = 0;

  constructor(options: GraphBuilderOptions = {}) {
    this.#graph = create(GraphProtoSchema, { name: options.name ?? 'quantloop' });
    this.#model = create(ModelProtoSchema, {
      irVersion: BigInt(options.irVersion ?? 10),
      producerName: 'quantloop',
      graph: this.#graph,
    });
    requireOpset(this.#model, '', options.opset ?? 21);
    for (const [domain, version] of Object.entries(options.domains ?? {}))
      requireOpset(this.#model, domain, version);
  }

  /** Declares a graph input; a string in the shape names a free dimension. */
  input(name: string, type: OnnxType, shape: readonly (number | string)[]): string {
    this.#graph.input.push(valueInfo(name, type, shape));
    return this.#define(name);
  }

  /** Declares a graph output; a node has to produce it under this name. */
  output(name: string, type: OnnxType, shape: readonly (number | string)[]): string {
    this.#graph.output.push(valueInfo(name, type, shape));
    return name;
  }

  /** A constant inside the model, under a name of its own. */
  initializer(
    name: string,
    type: OnnxType,
    dims: readonly number[],
    data: ArrayBufferView | readonly number[],
  ): string {
    return this.addInitializer(makeTensor({ name, type, dims, data }));
  }

  /** A constant stored elsewhere, as {@link ExternalDataWriter} returns it. */
  addInitializer(tensor: TensorProto): string {
    this.#graph.initializer.push(tensor);
    return this.#define(tensor.name);
  }

  /** A constant inside the model with a generated name. */
  constant(type: OnnxType, dims: readonly number[], data: ArrayBufferView | readonly number[]): string {
    return this.initializer(this.#fresh('constant'), type, dims, data);
  }

  /**
   * Adds a node and returns its first output. Without `outputs` it has one with a generated name.
   *
   * @throws RangeError for an input that does not exist yet, or an output that does
   */
  node(
    op: string,
    inputs: readonly string[],
    options: { name?: string; outputs?: readonly string[]; domain?: string; attributes?: Attributes } = {},
  ): string {
    for (const input of inputs) {
      if (input !== '' && !this.#values.has(input)) {
        throw new RangeError(`${op}: input "${input}" does not exist yet.`);
      }
    }
    const outputs = options.outputs ?? [
      options.name === undefined ? this.#fresh(op) : `${options.name}/output_0`,
    ];
    this.#graph.node.push(makeNode({ ...options, op, inputs, outputs }));
    if (options.domain !== undefined) requireOpset(this.#model, options.domain, 1);
    for (const output of outputs) if (output !== '') this.#define(output);
    return outputs[0]!;
  }

  /** The model as built so far, shared with the builder. @throws RangeError when an output has no producer */
  model(): ModelProto {
    for (const { name } of this.#graph.output) {
      if (!this.#values.has(name)) throw new RangeError(`No node produces the output "${name}".`);
    }
    return this.#model;
  }

  /** The encoded model, ready for a session. */
  bytes(): Uint8Array<ArrayBuffer> {
    return serializeModel(this.model());
  }

  #define(name: string): string {
    if (this.#values.has(name)) throw new RangeError(`The graph has a value "${name}" already.`);
    this.#values.add(name);
    return name;
  }

  #fresh(base: string): string {
    let name: string;
    do name = `${base}_${this.#generated++}`;
    while (this.#values.has(name));
    return name;
  }
}
