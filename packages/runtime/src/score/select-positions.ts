import { GraphEdit } from './graph-edit.ts';
import { findHead } from './find-head.ts';
import { graphOf, type ModelProto, valueInfo } from '@quantloop/onnx';

/** Input that {@link selectPositions} gives a decoder: int64 [m, n, 2], the row and column of each token chosen. */
export const SELECTED_POSITIONS = 'selected_positions';

/**
 * Lets a decoder's head see chosen tokens only: of a prompt of 64 tokens, or a question of 100 and an answer of 5, most
 * rows of the head's product are never asked for. `logits` becomes [m, n, vocabulary].
 *
 * @returns whether the head was found (see `findHead`). Otherwise nothing is changed.
 */
export function selectPositions(model: ModelProto): boolean {
  const head = findHead(model);
  if (head === undefined) return false;
  const { hidden, nodes } = head;
  const edit = new GraphEdit(model, 'selected');
  const selected = edit.value('GatherND', [hidden, SELECTED_POSITIONS]);
  for (const node of nodes) node.input = node.input.map((input) => (input === hidden ? selected : input));
  edit.insertBefore(nodes);
  graphOf(model).input.push(valueInfo(SELECTED_POSITIONS, 'int64', ['', '', 2]));
  return true;
}
