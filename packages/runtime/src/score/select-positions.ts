import { GraphEdit } from './graph-edit.ts';
import { findHead } from './find-head.ts';
import { graphOf, type ModelProto, ONNX_TYPES, valueInfo } from '@quantloop/onnx';

/** Inputs and outputs that {@link selectPositions} gives a decoder. */
export const SELECTION = {
  /** int64 [n]: indices into the flattened [batch, sequence]. */
  positions: 'scored_positions',
  /** int64 [n]: the token expected at each of them. */
  targets: 'scored_targets',
  /** float32 [n, 1]: log p of each target. */
  logProbabilities: 'log_probabilities',
  /** int64 [n, 1]: the most likely token, among equals the lowest id. */
  best: 'best_tokens',
} as const;

/**
 * Lets a decoder's head see chosen positions only, and say no more of them than log-probabilities: of a question of 100
 * tokens and an answer of 5, 95 rows of the head's product are never asked for, and distributions never leave the graph.
 * `logits` becomes [1, n, vocabulary].
 *
 * @returns whether the head was found (see `findHead`). Otherwise nothing is changed.
 */
export function selectPositions(model: ModelProto): boolean {
  const head = findHead(model);
  if (head === undefined) return false;
  const { hidden, nodes } = head;

  const before = new GraphEdit(model, 'selected');
  const positions = before.value('Flatten', [hidden], { axis: 2 });
  const chosen = before.value('Gather', [positions, SELECTION.positions], { axis: 0 });
  const selected = before.value('Unsqueeze', [chosen, before.axis(0)]);
  for (const node of nodes) node.input = node.input.map((input) => (input === hidden ? selected : input));
  before.insertBefore(nodes);

  const after = new GraphEdit(model, 'scored');
  const rows = after.value('Squeeze', ['logits', after.axis(0)]);
  const wide = after.value('Cast', [rows], { to: ONNX_TYPES.float32.code });
  const distribution = after.value('LogSoftmax', [wide], { axis: -1 });
  const targets = after.value('Unsqueeze', [SELECTION.targets, after.axis(1)]);
  after.output('GatherElements', [distribution, targets], SELECTION.logProbabilities, { axis: 1 });
  after.output('ArgMax', [wide], SELECTION.best, { axis: -1, keepdims: 1 });
  after.append();

  const graph = graphOf(model);
  const n = 'selected';
  for (const name of [SELECTION.positions, SELECTION.targets])
    graph.input.push(valueInfo(name, 'int64', [n]));
  graph.output.push(
    valueInfo(SELECTION.logProbabilities, 'float32', [n, 1]),
    valueInfo(SELECTION.best, 'int64', [n, 1]),
  );
  return true;
}
