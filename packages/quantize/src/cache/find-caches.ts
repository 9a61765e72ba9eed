import { QuantloopError } from '@quantloop/core';
import {
  graphOf,
  nestedNodes,
  onnxTypeOf,
  type ModelProto,
  type NodeProto,
  type ValueInfoProto,
} from '@quantloop/onnx';

/** Keys or values of one attention layer, [batch, heads, tokens, width], as they go through its node. */
export interface Cache {
  node: NodeProto;
  part: 'key' | 'value';
  /** Input of the graph. */
  past: ValueInfoProto;
  /** Output of the graph: `past` and the new tokens behind it. */
  present: ValueInfoProto;
  /** Before it becomes int8. */
  type: 'float32' | 'float16';
  heads: number;
  width: number;
}

/** Places of past key and value among the inputs of GroupQueryAttention, and of what is present among its outputs. */
const PLACES = { key: { past: 3, present: 1 }, value: { past: 4, present: 2 } } as const;

/**
 * The caches of all layers, in graph order.
 *
 * @throws QuantloopError `unsupported`, with the reason, where they cannot be stored as integers: only
 * GroupQueryAttention of ONNX Runtime reads such a cache
 */
export function findCaches(model: ModelProto): Cache[] {
  const graph = graphOf(model);
  const inputs = new Map(graph.input.map((value) => [value.name, value]));
  const outputs = new Map(graph.output.map((value) => [value.name, value]));
  const attention = graph.node.filter(
    ({ opType, domain }) => opType === 'GroupQueryAttention' && domain === 'com.microsoft',
  );
  const caches = attention.flatMap((node) =>
    (['key', 'value'] as const).map((part): Cache => {
      const place = PLACES[part];
      const past = inputs.get(node.input[place.past] ?? '');
      const present = outputs.get(node.output[place.present] ?? '');
      if (past === undefined || present === undefined) {
        throw notPossible(
          `node "${node.name}" does not take its ${part}s from an input of the model, and back to an output`,
        );
      }
      return { node, part, past, present, ...shapeOf(past) };
    }),
  );

  const owners = new Map(
    caches.flatMap(({ node, past, present }) => [
      [past.name, node],
      [present.name, node],
    ]),
  );
  const decoders = graph.input.filter(({ name }) => name.startsWith('past_key_values.'));
  for (const { name } of decoders) {
    if (owners.has(name)) continue;
    const reader = graph.node.find(({ input, opType }) => input.includes(name) && opType !== 'Shape');
    throw notPossible(`"${name}" is read by ${reader?.opType ?? 'nothing'}, and not by GroupQueryAttention`);
  }
  if (caches.length === 0) throw notPossible('it has no GroupQueryAttention with a cache');
  for (const { item } of nestedNodes(model)) {
    const other = item.input.find((name) => owners.has(name) && owners.get(name) !== item);
    // Lengths are taken from a cache, whatever its type.
    if (other === undefined || item.opType === 'Shape') continue;
    throw notPossible(`"${other}" is also read by ${item.opType} "${item.name}"`);
  }
  return caches;
}

function shapeOf({ name, type }: ValueInfoProto): Pick<Cache, 'type' | 'heads' | 'width'> {
  const tensor = type?.value.case === 'tensorType' ? type.value.value : undefined;
  const [, heads, , width] = (tensor?.shape?.dim ?? []).map(({ value }) =>
    value.case === 'dimValue' ? Number(value.value) : undefined,
  );
  if (heads === undefined || width === undefined)
    throw notPossible(`"${name}" does not say how many heads it has, and how wide`);
  const element = onnxTypeOf(tensor?.elemType ?? 0);
  if (element === 'float32' || element === 'float16') return { type: element, heads, width };
  throw notPossible(`"${name}" is of type ${element ?? 'unknown'} already`);
}

function notPossible(why: string): QuantloopError {
  return new QuantloopError({
    code: 'unsupported',
    message: `The model's cache cannot be stored in 8 bits: ${why}.`,
    hint: 'Leave out the option "kvCache". It works for models whose attention is GroupQueryAttention, such as those imported here.',
  });
}
