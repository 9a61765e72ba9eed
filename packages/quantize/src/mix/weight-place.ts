import type { Role } from '@quantloop/core';
import { nodeLayer, type ModelProto } from '@quantloop/onnx';
import type { Linear } from '../graph/find-linears.ts';
import { isHead } from '../graph/is-head.ts';
import { roleOf } from '../graph/role-of.ts';

/** Where in a model a weight stands: what the conditions of a recipe are about. */
export interface WeightPlace {
  /** What patterns are matched against: names of the weight, of its modules, and of the nodes that read it. */
  names: string[];
  role: Role | undefined;
  /** Index of its decoder layer. */
  layer: number | undefined;
}

/** The place of a weight that some layers share. Nodes are asked before the weight: exporters keep their names. */
export function weightPlace(model: ModelProto, linears: readonly [Linear, ...Linear[]]): WeightPlace {
  const names = linears.flatMap(({ weight, module, node }) => [
    node.name,
    module,
    `${module}.weight`,
    weight,
  ]);
  return {
    names,
    role: linears.some((linear) => isHead(model, linear)) ? 'lm_head' : roleOf(names),
    layer: names.map(nodeLayer).find((layer) => layer !== undefined),
  };
}
