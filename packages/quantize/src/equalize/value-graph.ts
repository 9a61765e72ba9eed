import {
  constantOperands,
  graphOf,
  nestedNodes,
  type ConstantOperand,
  type ModelProto,
  type NodeProto,
} from '@quantloop/onnx';
import { findLinears, type Linear } from '../graph/find-linears.ts';
import { weightReaders } from '../graph/weight-readers.ts';

/** A vector constant that one node alone reads, once for each channel of its last axis. */
export interface ChannelVector {
  initializer: string;
  /** Other nodes read the initializer too: it has to be copied before it is changed. */
  shared: boolean;
}

/** Who makes and who reads the values of a model's main graph. */
export class ValueGraph {
  readonly model: ModelProto;
  readonly linears: readonly Linear[];
  readonly constant: (value: string) => ConstantOperand | undefined;
  readonly #outputs: ReadonlySet<string>;
  readonly #producers: ReadonlyMap<string, NodeProto>;
  readonly #readers = new Map<string, NodeProto[]>();
  readonly #weightReaders: ReturnType<typeof weightReaders>;
  readonly #linearOf: ReadonlyMap<NodeProto, Linear>;

  constructor(model: ModelProto) {
    const graph = graphOf(model);
    this.model = model;
    this.linears = findLinears(model);
    this.constant = constantOperands(model);
    this.#outputs = new Set(graph.output.map(({ name }) => name));
    this.#producers = new Map(graph.node.flatMap((node) => node.output.map((name) => [name, node])));
    this.#weightReaders = weightReaders(model);
    this.#linearOf = new Map(this.linears.map((linear) => [linear.node, linear]));
    for (const { item } of nestedNodes(model)) {
      for (const name of item.input) {
        const readers = this.#readers.get(name);
        if (readers === undefined) this.#readers.set(name, [item]);
        else readers.push(item);
      }
    }
  }

  producer(value: string): NodeProto | undefined {
    return this.#producers.get(value);
  }

  /** Nodes that read a value, once for each time they do; undefined where the model gives it out as well. */
  readers(value: string): readonly NodeProto[] | undefined {
    return this.#outputs.has(value) ? undefined : (this.#readers.get(value) ?? []);
  }

  linear(node: NodeProto): Linear | undefined {
    return this.#linearOf.get(node);
  }

  /** Whether nothing but this layer reads its weight. */
  ownsWeight({ weight }: Linear): boolean {
    return this.#weightReaders.get(weight)?.length === 1 && !this.#outputs.has(weight);
  }

  /** The constant behind a value if it is one number for each of `width` channels of the last axis. */
  vector(value: string, width: number): ChannelVector | undefined {
    const found = this.constant(value);
    if (found === undefined || found.transposed) return undefined;
    const { name, dims, via } = found;
    if (dims.at(-1) !== width || dims.slice(0, -1).some((dim) => dim !== 1)) return undefined;
    const shared = this.#weightReaders.get(name)!.length > 1 || this.#outputs.has(name);
    // A copy would have to be led through the nodes between as well.
    return shared && via.length > 0 ? undefined : { initializer: name, shared };
  }
}
