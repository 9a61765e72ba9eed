import type { ModelProto } from '../file/generated/onnx_pb.ts';
import { graphOf } from './graph-of.ts';

/** `base`, or `base_1`, `base_2`, …: a name that no node and no value of the main graph has. */
export function uniqueName(model: ModelProto, base: string): string {
  const graph = graphOf(model);
  const taken = new Set([
    ...graph.node.flatMap((node) => [node.name, ...node.input, ...node.output]),
    ...[...graph.initializer, ...graph.input, ...graph.output].map(({ name }) => name),
  ]);
  if (!taken.has(base)) return base;
  let number = 1;
  while (taken.has(`${base}_${number}`)) number++;
  return `${base}_${number}`;
}
