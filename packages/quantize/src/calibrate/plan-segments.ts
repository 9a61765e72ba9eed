import { graphOf, type ModelProto, type NodeProto, valuesReadBy } from '@quantloop/onnx';

/** A part of a graph that is run by itself. */
export interface SegmentPlan {
  /** What it is run for: an input of linear layers, or an output of the model. */
  target: string;
  /** In graph order. Empty where an earlier segment has made the target already. */
  nodes: NodeProto[];
  /** Values it takes from earlier segments or from the inputs of the model. */
  reads: string[];
  /** Constants it reads. */
  constants: string[];
  /** Values it makes that it was run for, or that later segments read. */
  keeps: string[];
  /** Values that no later segment reads. */
  drops: string[];
}

/**
 * Splits a graph into the segments that make the targets one after the other: each runs the nodes its target needs and
 * that have not been run before. Every needed node is in exactly one segment; the others are in none.
 */
export function planSegments(model: ModelProto, targets: readonly string[]): SegmentPlan[] {
  const graph = graphOf(model);
  const producers = new Map(graph.node.flatMap((node) => node.output.map((name) => [name, node])));
  const constants = new Set(graph.initializer.map(({ name }) => name));
  const order = new Map(graph.node.map((node, index) => [node, index]));
  const readsOf = new Map(graph.node.map((node) => [node, new Set(valuesReadBy(node))]));

  const segmentOf = new Map<NodeProto, number>();
  const nodes = targets.map((target, index) => {
    const found: NodeProto[] = [];
    const pending = [target];
    for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
      const node = producers.get(name);
      if (node === undefined || segmentOf.has(node)) continue;
      segmentOf.set(node, index);
      found.push(node);
      pending.push(...readsOf.get(node)!);
    }
    return found.sort((a, b) => order.get(a)! - order.get(b)!);
  });

  /** The last segment that has a use for a value. */
  const lastUse = new Map<string, number>();
  nodes.forEach((list, index) => {
    for (const name of [targets[index]!, ...list.flatMap((node) => [...readsOf.get(node)!])]) {
      lastUse.set(name, Math.max(index, lastUse.get(name) ?? 0));
    }
  });

  return nodes.map((list, index) => {
    const target = targets[index]!;
    const made = new Set(list.flatMap((node) => node.output));
    const used = new Set(list.flatMap((node) => [...readsOf.get(node)!]));
    // Inside a subgraph a name may be of that subgraph: it comes from nowhere around it.
    const outside = [...used].filter((name) => !made.has(name));
    const isInput = (name: string) =>
      producers.has(name) || graph.input.some((input) => input.name === name && !constants.has(name));
    return {
      target,
      nodes: list,
      reads: outside.filter((name) => !constants.has(name) && isInput(name)),
      constants: outside.filter((name) => constants.has(name)),
      keeps: [...made].filter((name) => name === target || (lastUse.get(name) ?? -1) > index),
      drops: [...lastUse]
        .filter(([name, last]) => last === index && producers.has(name))
        .map(([name]) => name),
    };
  });
}
