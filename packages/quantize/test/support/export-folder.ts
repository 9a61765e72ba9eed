import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ExternalDataWriter, graphOf, TensorReader, writeModel, type ModelProto } from '@quantloop/onnx';
import { temporaryFolder } from './model-folder.ts';

/**
 * Writes a model as `model.onnx`, its weights inside or spread in turn over the data files named, with a
 * configuration beside it.
 */
export async function exportFolder(model: ModelProto, dataFiles: readonly string[] = []): Promise<string> {
  const folder = await temporaryFolder();
  const file = join(folder, 'model.onnx');
  await writeFile(join(folder, 'config.json'), '{"model_type":"llama"}');
  const { initializer } = graphOf(model);
  const reader = new TensorReader({ model, file });
  for (const [turn, location] of dataFiles.entries()) {
    await using writer = await ExternalDataWriter.open({ folder, location, inlineBytes: 64 });
    for (const [i, tensor] of initializer.entries()) {
      if (i % dataFiles.length === turn) initializer[i] = await writer.copy(reader, tensor);
    }
    await writer.commit();
  }
  await writeModel({ model, file });
  return folder;
}
