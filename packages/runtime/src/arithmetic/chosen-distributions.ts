import { type GraphBuilder, ONNX_TYPES } from '@quantloop/onnx';

/**
 * The common beginning of graphs that look up tokens: inputs `logits` [positions, vocabulary], `rows` [n] and `targets`
 * [n, 1], and the output `log_probabilities` [n, 1] of the targets.
 *
 * @returns names of the chosen rows in float32 and of their log-softmax, both [n, vocabulary], and of the targets.
 */
export function chosenDistributions(
  graph: GraphBuilder,
  type: 'float32' | 'float16',
  vocabulary: number,
): { wide: string; distribution: string; targets: string } {
  const logits = graph.input('logits', type, ['positions', vocabulary]);
  const rows = graph.input('rows', 'int64', ['n']);
  const targets = graph.input('targets', 'int64', ['n', 1]);
  const chosen = graph.node('Gather', [logits, rows], { attributes: { axis: 0 } });
  const wide = graph.node('Cast', [chosen], { attributes: { to: ONNX_TYPES.float32.code } });
  const distribution = graph.node('LogSoftmax', [wide], { attributes: { axis: -1 } });
  graph.node('GatherElements', [distribution, targets], {
    outputs: ['log_probabilities'],
    attributes: { axis: 1 },
  });
  graph.output('log_probabilities', 'float32', ['n', 1]);
  return { wide, distribution, targets };
}
