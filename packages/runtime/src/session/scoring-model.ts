import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { readModel, serializeModel } from '@quantloop/onnx';
import { allowBranches } from '../score/allow-branches.ts';
import { attendAtOnce } from '../score/attend-at-once.ts';
import { TOKENS_PER_BATCH } from '../score/batch-rows.ts';
import { scoreSelected } from '../score/score-selected.ts';
import { selectPositions } from '../score/select-positions.ts';
import type { Provider } from './providers.ts';

/** Products whose kernels need their weights packed to be fast. */
const QUANTIZED = /NBits|Bnb4|Integer|Quantize/;

/** A packed copy of each float weight doubles what a session takes, and batches of hundreds of tokens gain nothing by it. */
const UNPACKED = { 'session.disable_prepacking': '1' };

/** Above this a graph has its weights inside: editing it would hold them three times. */
export const LARGEST_GRAPH = 2 ** 28;

export interface PreparedModel {
  model: string | Uint8Array;
  /** Session configuration entries it needs. */
  extra: Record<string, string>;
  /** See `allowBranches`. */
  branchLimit?: number | undefined;
  /** See `emitColumns`. */
  cacheLimit?: number | undefined;
}

/** What to open for scoring: the edited graph, its weights where they are, or the file where nothing can be edited. */
export async function scoringModel(file: string, provider: Provider): Promise<PreparedModel> {
  const asIs = { model: file, extra: {} };
  if ((await stat(file)).size > LARGEST_GRAPH) return asIs;
  const model = await readModel(file);
  const selects = selectPositions(model);
  if (selects) scoreSelected(model);
  // Only the CPU's attention has been seen to take a bias in every case.
  const branchLimit = provider === 'cpu' ? allowBranches(model) : undefined;
  if (!selects && branchLimit === undefined) return asIs;
  if (branchLimit !== undefined) attendAtOnce(model, { batch: TOKENS_PER_BATCH, row: branchLimit });
  const folder = dirname(resolve(file));
  return {
    model: serializeModel(model),
    branchLimit,
    extra: {
      'session.model_external_initializers_file_folder_path': folder,
      ...(model.graph!.node.some(({ opType }) => QUANTIZED.test(opType)) ? {} : UNPACKED),
    },
  };
}
