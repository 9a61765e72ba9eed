import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { readModel, serializeModel } from '@quantloop/onnx';
import { emitColumns } from '../decode/emit-columns.ts';
import { selectPositions } from '../score/select-positions.ts';
import type { Provider } from './providers.ts';
import { LARGEST_GRAPH, type PreparedModel } from './scoring-model.ts';

/** What to open for decoding: the edited graph, its weights where they are, or the file where nothing can be edited. */
export async function decodingModel(file: string, provider: Provider): Promise<PreparedModel> {
  const asIs = { model: file, extra: {} };
  // Another provider keeps its cache on its device.
  if (provider !== 'cpu' || (await stat(file)).size > LARGEST_GRAPH) return asIs;
  const model = await readModel(file);
  const selects = selectPositions(model);
  const cacheLimit = emitColumns(model);
  if (!selects && cacheLimit === undefined) return asIs;
  const folder = dirname(resolve(file));
  return {
    model: serializeModel(model),
    cacheLimit,
    extra: { 'session.model_external_initializers_file_folder_path': folder },
  };
}
