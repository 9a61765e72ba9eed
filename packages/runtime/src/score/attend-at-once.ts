import {
  addInitializer,
  graphOf,
  makeTensor,
  type ModelProto,
  type NodeProto,
  readAttributes,
  uniqueName,
} from '@quantloop/onnx';

/** Input of GroupQueryAttention: float32 [heads], one more score of each softmax, whose weight goes nowhere. */
const SINK_INPUT = 11;
/** e to the power of it is 0, beside any score. */
const NO_WEIGHT = -1e9;

/** The scores of a batch, which are then held at once: at most 32 MiB. */
const LARGEST_BYTES = 2 ** 25;

/**
 * Has attention make the scores of a head at once where they are few. ONNX Runtime 1.30 goes over them in tiles, which
 * bounds memory, but scoring stories260k (8 heads of 8, 512 tokens) then takes 10.4 s of CPU time instead of 6.7. Its
 * kernel for whole matrices is the one that knows sinks, and a sink without weight leaves the results as they are but for
 * the last digits. Where activations are rounded to 8 bits these may tip one to the next step: such graphs stay as they are.
 *
 * @param model that `allowBranches` has changed: its attention is all GroupQueryAttention in float32, without a sink.
 * @param tokens rows × width of a batch, and the largest width of a row that stands alone
 * @returns whether the graph was changed.
 */
export function attendAtOnce(model: ModelProto, tokens: { batch: number; row: number }): boolean {
  const attention = graphOf(model).node.filter(({ opType }) => opType === 'GroupQueryAttention');
  const heads = Math.max(...attention.map(headsOf));
  const bytes = heads * Math.max(tokens.batch, tokens.row) * tokens.row * Float32Array.BYTES_PER_ELEMENT;
  // A smooth softmax has a sink already, of weight e⁰.
  if (bytes > LARGEST_BYTES || attention.some((node) => readAttributes(node).smooth_softmax === 1))
    return false;
  if (graphOf(model).node.some(roundsActivations)) return false;
  for (const node of attention) {
    const name = uniqueName(model, `${node.output[0]}/sink`);
    const data = new Float32Array(headsOf(node)).fill(NO_WEIGHT);
    addInitializer(model, makeTensor({ name, type: 'float32', dims: [data.length], data }));
    while (node.input.length < SINK_INPUT) node.input.push('');
    node.input[SINK_INPUT] = name;
  }
  return true;
}

const ROUNDING = ['DynamicQuantizeLinear', 'DynamicQuantizeMatMul', 'QuantizeLinear', 'MatMulIntegerToFloat'];

const roundsActivations = (node: NodeProto): boolean =>
  ROUNDING.includes(node.opType) ||
  (node.opType === 'MatMulNBits' && Number(readAttributes(node).accuracy_level ?? 0) === 4);

const headsOf = (node: NodeProto) => Number(readAttributes(node).num_heads);
