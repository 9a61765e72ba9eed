import { replaceNode, uniqueName, type ModelProto } from '@quantloop/onnx';
import { layoutOf } from '../pack/layout.ts';
import type { Storage } from '../pack/storage.ts';
import { castNode } from './cast-node.ts';
import { removeUnread } from './remove-unread.ts';
import type { WeightUse } from './weight-use.ts';

/** Puts the operators that read rows of the packed table in the lookup's place; it keeps its name, output and type. */
export function rewriteLookup(options: {
  model: ModelProto;
  lookup: WeightUse;
  storage: Storage;
  /** Names of the packed parts in the shapes a lookup reads. */
  initializers: string[];
}): void {
  const { model, lookup, storage, initializers } = options;
  const { node, type } = lookup;
  const layout = layoutOf(storage);
  const found = layout.activations(storage);
  const [output] = node.output as [string];
  const rows = found === type ? output : uniqueName(model, `${output}.${found}`);
  const names = { name: node.name, indices: node.input[1]!, initializers, output: rows };
  const nodes = layout.lookup!.nodes(storage, names);
  if (rows !== output) {
    const name = uniqueName(model, `${node.name}/cast`);
    nodes.push(castNode({ name, from: rows, to: output, type }));
  }
  replaceNode(model, node, nodes);
  removeUnread(model, lookup.via);
}
