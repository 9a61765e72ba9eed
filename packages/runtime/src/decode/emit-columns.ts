import {
  findInitializer,
  graphOf,
  type ModelProto,
  type NodeProto,
  onnxTypeOf,
  valueInfo,
} from '@quantloop/onnx';
import { GraphEdit } from '../score/graph-edit.ts';

/** What {@link emitColumns} gives a decoder, and takes its `present.*` for. */
export const COLUMNS = {
  /** int64 [batch, heads, sequence, 3]: row, head and column of the keys and values to put out. */
  places: 'new_columns',
  /** [2 * layers * batch, heads, sequence, head size]: key and value of each layer in turn. */
  keysValues: 'new_keys_values',
} as const;

/** Places of GroupQueryAttention's caches among its inputs and outputs: key, value. */
const CACHE_INPUTS = [3, 4];
const CACHE_OUTPUTS = [1, 2];
const COSINES_INPUT = 7;

/**
 * Lets a decoder put out the keys and values of new tokens alone. onnxruntime-node copies every output into memory fresh
 * from the system: of 8 rows of 100 tokens a whole cache of 134 million weights took 9 of 27 ms a step.
 *
 * @returns how many tokens the cache and the new ones together may be, where all attention is ONNX Runtime's
 * GroupQueryAttention, which leaves a row's new columns right behind those it has. Otherwise undefined, and nothing is
 * changed.
 */
export function emitColumns(model: ModelProto): number | undefined {
  const graph = graphOf(model);
  const attention = new Map(
    graph.node
      .filter(({ opType }) => opType === 'GroupQueryAttention')
      .map((node) => [node.input[CACHE_INPUTS[0]!]!, node]),
  );
  const caches = graph.input.filter(({ name }) => /^past_key_values\.\d+\.key$/.test(name));
  const nodes = caches.map((_, layer) => attention.get(`past_key_values.${layer}.key`));
  const presents = caches.flatMap((_, layer) => [`present.${layer}.key`, `present.${layer}.value`]);
  const keep = nodes.every((node, layer) => node !== undefined && keeps(node, layer));
  const limit = Math.min(...nodes.map((node) => rotatedPositions(model, node)));
  if (caches.length === 0 || !keep || Number.isNaN(limit)) return undefined;
  if (graph.node.some(({ input }) => input.some((name) => presents.includes(name)))) return undefined;
  const { type } = graph.output.find(({ name }) => name === presents[0])!;
  if (type?.value.case !== 'tensorType') return undefined;
  const elements = onnxTypeOf(type.value.value.elemType)!;

  const edit = new GraphEdit(model, 'columns');
  const columns = presents.map((name) => edit.value('GatherND', [name, COLUMNS.places]));
  edit.output('Concat', columns, COLUMNS.keysValues, { axis: 0 });
  edit.append();
  graph.output = graph.output.filter(({ name }) => !presents.includes(name));
  graph.input.push(valueInfo(COLUMNS.places, 'int64', ['batch_size', '', 'sequence_length', 3]));
  graph.output.push(valueInfo(COLUMNS.keysValues, elements, ['', '', 'sequence_length', '']));
  return limit;
}

/** Rows of the table of cosines, where the operator rotates: it takes no total length above it. NaN where unknown. */
function rotatedPositions(model: ModelProto, node: NodeProto | undefined): number {
  const cosines = node?.input[COSINES_INPUT] ?? '';
  return cosines === '' ? Infinity : Number(findInitializer(model, cosines)?.dims[0]);
}

function keeps({ input, output }: NodeProto, layer: number): boolean {
  return ['key', 'value'].every(
    (part, i) =>
      input[CACHE_INPUTS[i]!] === `past_key_values.${layer}.${part}` &&
      output[CACHE_OUTPUTS[i]!] === `present.${layer}.${part}`,
  );
}
