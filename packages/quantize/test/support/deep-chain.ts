import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ExternalDataWriter, GraphBuilder, writeModel } from '@quantloop/onnx';
import { temporaryFolder } from './model-folder.ts';
import { normals } from './random.ts';

const WIDTH = 1024;
export const LAYER_BYTES = 4 * WIDTH * WIDTH;

/** A model of many linear layers of 4 MiB, with rectifiers between, that reads 16 tokens. */
export async function deepChain(layers: number): Promise<string> {
  const folder = await temporaryFolder();
  const g = new GraphBuilder();
  await using writer = await ExternalDataWriter.open({ folder });
  const k = WIDTH;
  const table = { name: 'table', type: 'float32', dims: [16, k], data: normals(16 * k, 1) } as const;
  const ids = g.input('input_ids', 'int64', ['batch', 'sequence']);
  let x = g.node('Gather', [g.addInitializer(await writer.append(table)), ids]);
  // The same numbers in each: only how many there are matters. So scaled, values stay as large as they are.
  const data = normals(k * k, 2).map((value) => value * Math.sqrt(2 / k));
  for (let i = 0; i < layers; i++) {
    const weight = await writer.append({ name: `l${i}.weight`, type: 'float32', dims: [k, k], data });
    x = g.node('Relu', [g.node('MatMul', [x, g.addInitializer(weight)], { name: `/l${i}/MatMul` })]);
  }
  g.node('Identity', [x], { outputs: [g.output('logits', 'float32', ['batch', 'sequence', k])] });
  await writer.commit();
  await writeModel({ model: g.model(), file: join(folder, 'model.onnx') });
  await writeFile(join(folder, 'config.json'), '{}');
  return folder;
}
