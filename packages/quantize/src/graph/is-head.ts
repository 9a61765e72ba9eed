import { graphOf, type ModelProto } from '@quantloop/onnx';
import type { Linear } from './find-linears.ts';

/** What may lie between the head's product and the logits: a bias, another type, a soft cap, a scale. */
const AFTERTHOUGHTS = new Set(['Add', 'Cast', 'Div', 'Identity', 'Mul', 'Tanh']);

/**
 * The output head: its product is an output of the model, or with afterthoughts the one called `logits`; or the model
 * calls the layer so. A sum or product of two computed values (a residual, a gate) is no afterthought.
 */
export function isHead(model: ModelProto, linear: Linear): boolean {
  if (/(^|\.)(lm_head|embed_out)(\.|$)/.test(linear.module)) return true;
  const graph = graphOf(model);
  const outputs = new Set(graph.output.map(({ name }) => name));
  const isComputed = (name: string) =>
    graph.input.some((input) => input.name === name) ||
    graph.node.some(({ opType, output }) => opType !== 'Constant' && output.includes(name));
  let value = linear.node.output[0]!;
  if (outputs.has(value)) return true;
  while (value !== 'logits') {
    const readers = graph.node.filter(({ input }) => input.includes(value));
    const [reader] = readers;
    if (reader === undefined || readers.length > 1 || !AFTERTHOUGHTS.has(reader.opType)) return false;
    if (reader.input.some((name) => name !== value && isComputed(name))) return false;
    value = reader.output[0]!;
  }
  return outputs.has(value);
}
