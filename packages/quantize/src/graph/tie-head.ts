import {
  asBytes,
  makeNode,
  readAttributes,
  replaceNode,
  uniqueName,
  type ModelProto,
  type TensorReader,
} from '@quantloop/onnx';
import { openWeight, type Panel } from '../weights/weight-source.ts';
import { findLinears, type Linear } from './find-linears.ts';
import { findLookups } from './find-lookups.ts';
import { isHead } from './is-head.ts';
import type { WeightUse } from './weight-use.ts';

/**
 * Exporters store a head that is tied to the embedding a second time, transposed. Lets the head read the embedding
 * where the two are equal, so that both can be packed as one. Reads both, but no further than their first difference.
 *
 * @returns names of the weights that are not needed any more
 */
export async function tieHead(model: ModelProto, reader: TensorReader): Promise<string[]> {
  const copies: string[] = [];
  const lookups = findLookups(model);
  for (const head of findLinears(model).filter((linear) => isHead(model, linear))) {
    const table = lookups.find(({ n, k, type }) => n === head.n && k === head.k && type === head.type);
    if (table === undefined || table.weight === head.weight || !(await areEqual(reader, table, head)))
      continue;
    readTable(model, head, table.node.input[0]!);
    copies.push(head.weight);
  }
  return copies;
}

function readTable(model: ModelProto, { node }: Linear, table: string): void {
  const turned = uniqueName(model, `${table}.transposed`);
  const transpose = makeNode({
    op: 'Transpose',
    name: turned,
    inputs: [table],
    outputs: [turned],
    attributes: { perm: [1, 0] },
  });
  // A product that transposes its right side itself takes the table as it lies.
  const { transB = 0 } = readAttributes(node);
  node.input[1] = transB === 1 ? table : turned;
  if (transB !== 1) replaceNode(model, node, [transpose, node]);
}

async function areEqual(reader: TensorReader, a: WeightUse, b: WeightUse): Promise<boolean> {
  const [left, right] = [a, b].map(({ weight: name, k, n, transposed }) =>
    openWeight({ reader, name, k, n, transposed }).panels(),
  ) as [AsyncGenerator<Panel>, AsyncGenerator<Panel>];
  for await (const panel of left) {
    const other = await right.next();
    if (other.done === true || Buffer.compare(asBytes(panel.data), asBytes(other.value.data)) !== 0)
      return false;
  }
  return true;
}
