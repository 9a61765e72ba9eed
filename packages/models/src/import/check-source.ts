import { join } from 'node:path';
import { QuantloopError } from '@quantloop/core';
import { readModel } from '@quantloop/onnx';
import { selectArchitecture } from '../architectures/index.ts';
import { readCheckpointConfig } from '../checkpoint/config.ts';
import { checkDecoder, isEncoder } from './check-decoder.ts';
import { checkTokenizer } from './import-model.ts';
import { findSourceFiles } from './source-files.ts';

/**
 * Checks a model folder as far as headers, graph and tokenizer tell, before anything is computed or written: whether it
 * can be imported, and generate text, as campaigns need. No weights are read.
 *
 * @throws QuantloopError as {@link importModel} would; `unsupported` for an encoder
 */
export async function checkSource(folder: string): Promise<void> {
  const files = await findSourceFiles(folder);
  const config = await readCheckpointConfig(folder);
  if (files.kind === 'checkpoint') {
    selectArchitecture(config);
  } else {
    const file = join(folder, files.weights[0]!);
    const model = await readModel(file);
    if (isEncoder(model)) throw cannotBeEvaluated(file);
    checkDecoder(model, file);
  }
  await checkTokenizer(folder, config);
}

function cannotBeEvaluated(file: string): QuantloopError {
  return new QuantloopError({
    code: 'unsupported',
    message: `${file} is an encoder: a campaign has nothing to evaluate it by, as all its tasks score or generate text.`,
    hint: 'Make it smaller with `quantloop quantize`, which takes encoders, and compare its outputs with your own data.',
  });
}
