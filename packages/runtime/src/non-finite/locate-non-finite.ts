import {
  FLOAT_TYPES,
  graphOf,
  nodeLayer,
  readModel,
  TensorReader,
  type ModelProto,
  type NodeProto,
} from '@quantloop/onnx';
import type { Provider } from '../session/providers.ts';
import type { DecoderSession } from '../session/decoder-session.ts';
import { probeFinite } from './probe-finite.ts';

/** Where in a model values cease to be finite. */
export interface NonFiniteOrigin {
  /** The first node that writes NaN or infinity though all it reads of others is finite. */
  node: string;
  operator: string;
  /** The value it writes. */
  tensor: string;
  /** The decoder layer it belongs to by its name; undefined outside the layers. */
  layer: number | undefined;
  /** A weight of the node that is itself not finite. */
  weight: string | undefined;
}

/** Values looked at in one run: few enough that their memory does not matter beside the weights. */
const PROBES = 48;

/**
 * Finds the node where a model's values cease to be finite: the graph is run again on the same tokens with intermediate
 * values as outputs, first some spread over the whole graph, then all between the last finite and the first that is not.
 *
 * @param options.tokens after which the logits are not finite.
 * @returns undefined where no intermediate value is NaN or infinite: the fault lies in how the nodes were fused.
 */
export async function locateNonFinite(options: {
  session: DecoderSession;
  provider: Provider;
  tokens: readonly number[];
}): Promise<NonFiniteOrigin | undefined> {
  const model = await readModel(options.session.file);
  const nodes = graphOf(model).node;
  const outputs = nodes.flatMap((node) => node.output.filter((name) => name !== ''));
  const firstBad = async (names: readonly string[]) => {
    for (let at = 0; at < names.length; at += PROBES) {
      const some = names.slice(at, at + PROBES);
      const bad = await probeFinite({ ...options, model, names: some });
      const first = some.find((name) => bad.has(name));
      if (first !== undefined) return first;
    }
    return undefined;
  };

  const stride = Math.max(1, Math.ceil(outputs.length / PROBES));
  const last = outputs.length - 1;
  const spread = outputs.filter((_, i) => (last - i) % stride === 0);
  const coarse = await firstBad(spread);
  if (coarse === undefined) return undefined;
  const end = outputs.indexOf(coarse);
  let tensor = (await firstBad(outputs.slice(Math.max(0, end - stride + 1), end + 1))) ?? coarse;

  // A value of a side branch may have been written long before it was looked at.
  const writers = new Map(nodes.flatMap((node) => node.output.map((name) => [name, node] as const)));
  for (;;) {
    const node = writers.get(tensor)!;
    const read = node.input.filter((name) => writers.has(name));
    const earlier = read.length === 0 ? undefined : await firstBad(read);
    if (earlier === undefined) return describe(model, options.session.file, node, tensor);
    tensor = earlier;
  }
}

async function describe(
  model: ModelProto,
  file: string,
  node: NodeProto,
  tensor: string,
): Promise<NonFiniteOrigin> {
  await using reader = new TensorReader({ model, file });
  const isFloat = (type: string) => (FLOAT_TYPES as readonly string[]).includes(type);
  let weight: string | undefined;
  for (const name of node.input) {
    if (weight !== undefined || !reader.has(name) || !isFloat(reader.info(name).type)) continue;
    const values = await reader.readFloat32(name);
    if (values.some((value) => !Number.isFinite(value))) weight = name;
  }
  const named = [node.name, tensor, weight ?? ''].map(nodeLayer);
  return {
    node: node.name,
    operator: node.opType,
    tensor,
    layer: named.find((layer) => layer !== undefined),
    weight,
  };
}
