import { graphOf, type ModelProto, ONNX_TYPES, valueInfo } from '@quantloop/onnx';
import { GraphEdit } from './graph-edit.ts';

/** Inputs and outputs that {@link scoreSelected} gives a decoder. */
export const SCORES = {
  /** int64 [n]: the token expected at each place selected. */
  targets: 'scored_targets',
  /** float32 [n, 1]: log p of each target. */
  logProbabilities: 'log_probabilities',
  /** int64 [n, 1]: the most likely token, among equals the lowest id. */
  best: 'best_tokens',
} as const;

/**
 * Has a decoder that `selectPositions` changed say no more of the tokens chosen than log-probabilities: distributions
 * never leave the graph.
 */
export function scoreSelected(model: ModelProto): void {
  const edit = new GraphEdit(model, 'scored');
  const rows = edit.value('Flatten', ['logits'], { axis: 2 });
  const wide = edit.value('Cast', [rows], { to: ONNX_TYPES.float32.code });
  const distribution = edit.value('LogSoftmax', [wide], { axis: -1 });
  const targets = edit.value('Unsqueeze', [SCORES.targets, edit.axis(1)]);
  edit.output('GatherElements', [distribution, targets], SCORES.logProbabilities, { axis: 1 });
  edit.output('ArgMax', [wide], SCORES.best, { axis: -1, keepdims: 1 });
  edit.append();

  const graph = graphOf(model);
  graph.input.push(valueInfo(SCORES.targets, 'int64', ['selected']));
  graph.output.push(
    valueInfo(SCORES.logProbabilities, 'float32', ['selected', 1]),
    valueInfo(SCORES.best, 'int64', ['selected', 1]),
  );
}
