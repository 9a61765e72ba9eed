import { join } from 'node:path';
import { readModel } from '@quantloop/onnx';
import { selectArchitecture } from '../architectures/index.ts';
import { readCheckpointConfig } from '../checkpoint/config.ts';
import { checkDecoder } from './check-decoder.ts';
import { checkTokenizer } from './import-model.ts';
import { findSourceFiles } from './source-files.ts';

/**
 * Checks a model folder as far as headers, graph and tokenizer tell, before anything is computed or written. No
 * weights are read.
 *
 * @throws QuantloopError as {@link importModel} would
 */
export async function checkSource(folder: string): Promise<void> {
  const files = await findSourceFiles(folder);
  const config = await readCheckpointConfig(folder);
  if (files.kind === 'checkpoint') {
    selectArchitecture(config);
  } else {
    const model = join(folder, files.weights[0]!);
    checkDecoder(await readModel(model), model);
  }
  await checkTokenizer(folder, config);
}
