import {
  addInitializer,
  type Attributes,
  graphOf,
  makeNode,
  makeTensor,
  type ModelProto,
  type NodeProto,
  uniqueName,
} from '@quantloop/onnx';

/** Nodes to be put into a graph, with names of their own. */
export class GraphEdit {
  readonly #model: ModelProto;
  readonly #prefix: string;
  readonly #nodes: NodeProto[] = [];

  /** @param prefix of the names of values; a word that no other edit of the graph takes. */
  constructor(model: ModelProto, prefix: string) {
    this.#model = model;
    this.#prefix = uniqueName(model, prefix);
  }

  /** A node with one output; returns its name. */
  value(op: string, inputs: readonly string[], attributes: Attributes = {}, domain = ''): string {
    const name = `${this.#prefix}/${this.#nodes.length}`;
    this.#nodes.push(makeNode({ op, domain, inputs, outputs: [name], attributes }));
    return name;
  }

  /** The same under a name given. */
  output(op: string, inputs: readonly string[], name: string, attributes: Attributes = {}): void {
    this.#nodes.push(makeNode({ op, inputs, outputs: [name], attributes }));
  }

  /** A constant [1] for operators that take their axes as an input. */
  axis(axis: number): string {
    const name = `${this.#prefix}/axis${this.#nodes.length}`;
    addInitializer(this.#model, makeTensor({ name, type: 'int64', dims: [1], data: [axis] }));
    return name;
  }

  /** Puts the nodes in front of the first of some others. */
  insertBefore(others: readonly NodeProto[]): void {
    const { node } = graphOf(this.#model);
    node.splice(Math.min(...others.map((other) => node.indexOf(other))), 0, ...this.#nodes);
  }

  append(): void {
    graphOf(this.#model).node.push(...this.#nodes);
  }
}
