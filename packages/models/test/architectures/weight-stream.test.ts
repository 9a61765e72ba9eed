import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ARCHITECTURES, Checkpoint, readCheckpointConfig } from '@quantloop/models';
import { ExternalDataWriter, serializeModel } from '@quantloop/onnx';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { TINY, tinyWeights, writeTinyCheckpoint } from '../support/tiny-llama.ts';

const root = temporaryFolder();

async function build(tileElements: number): Promise<{ graph: Buffer; data: Buffer }> {
  const source = join(root, 'source');
  const folder = join(root, String(tileElements));
  mkdirSync(folder);
  await using checkpoint = await Checkpoint.open(source);
  await using writer = await ExternalDataWriter.open({ folder });
  const config = await readCheckpointConfig(source);
  const model = await ARCHITECTURES['llama']!.build({ config, checkpoint, writer, tileElements });
  await writer.commit();
  return { graph: Buffer.from(serializeModel(model)), data: readFileSync(join(folder, 'model.onnx_data')) };
}

test('weights moved in tiles of any size are the same bytes as weights moved whole', async () => {
  const config = { ...TINY, tie_word_embeddings: false };
  writeTinyCheckpoint({
    folder: join(root, 'source'),
    config,
    weights: tinyWeights(config, 'BF16'),
    dtype: 'BF16',
  });
  const whole = await build(2 ** 24);
  for (const tileElements of [1, 100, 777, 1400]) {
    const tiled = await build(tileElements);
    expect(tiled.graph.equals(whole.graph)).toBe(true);
    expect(tiled.data.equals(whole.data)).toBe(true);
  }
});
