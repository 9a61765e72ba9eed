import {
  graphOf,
  standardOpset,
  uniqueName,
  type ModelProto,
  type NodeProto,
  type OnnxType,
} from '@quantloop/onnx';
import type { InputRounding } from '../pack/layout.ts';
import { castNode } from './cast-node.ts';

/** Inputs of layers as their operators read them: made once, whatever the number of layers that read the same value. */
export class SharedInputs {
  readonly #model: ModelProto;
  readonly #made = new Map<string, string>();

  constructor(model: ModelProto) {
    this.#model = model;
  }

  /** The value in another type. */
  cast(value: string, type: OnnxType): string {
    return this.#make(value, type, (to) => [castNode({ name: `${to}/cast`, from: value, to, type })]);
  }

  /** The prefix of what the rounding computes. */
  round(value: string, { key, nodes }: InputRounding): string {
    return this.#make(value, key, (prefix) => nodes({ value, prefix, opset: standardOpset(this.#model) }));
  }

  /** Puts nodes right behind the one that gives the value, unless they are there. */
  #make(value: string, key: string, nodes: (name: string) => NodeProto[]): string {
    const place = `${key} ${value}`;
    let name = this.#made.get(place);
    if (name === undefined) {
      name = uniqueName(this.#model, `${value}.${key}`);
      const graph = graphOf(this.#model);
      const producer = graph.node.findIndex(({ output }) => output.includes(value));
      graph.node.splice(producer + 1, 0, ...nodes(name));
      this.#made.set(place, name);
    }
    return name;
  }
}
