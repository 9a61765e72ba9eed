import type { Role } from '@quantloop/core';
import { nodeLayer, type ModelProto } from '@quantloop/onnx';
import { isHead } from '../graph/is-head.ts';
import { roleOf } from '../graph/role-of.ts';
import type { SharedWeight } from '../graph/shared-weights.ts';

/** Where in a model a weight stands: what the conditions of a recipe are about. */
export interface WeightPlace {
  /** What patterns are matched against: names of the weight, of its modules, and of the nodes that read it. */
  names: string[];
  role: Role | undefined;
  /** It is the head's, and the embedding as well. */
  tied: boolean;
  /** Index of its decoder layer. */
  layer: number | undefined;
}

/** The place of a weight. Nodes are asked before the weight: exporters keep their names. */
export function weightPlace(model: ModelProto, { linears, lookups }: SharedWeight): WeightPlace {
  const isOutputHead = linears.some((linear) => isHead(model, linear));
  const names = [...linears, ...lookups].flatMap(({ weight, module, node }) => [
    node.name,
    module,
    `${module}.weight`,
    weight,
  ]);
  return {
    names,
    role: isOutputHead ? 'lm_head' : linears.length === 0 ? 'embed_tokens' : roleOf(names),
    tied: isOutputHead && lookups.length > 0,
    layer: names.map(nodeLayer).find((layer) => layer !== undefined),
  };
}
