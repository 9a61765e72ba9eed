import { join } from 'node:path';
import { ExternalDataWriter, GraphBuilder, writeModel } from '@quantloop/onnx';
import { temporaryFolder } from './model-folder.ts';
import { normals } from './random.ts';

/** Widths of the values between the layers. */
const WIDTHS = [64, 48, 96, 32];

/** How many linear layers the chain has. */
export const CHAIN_LAYERS = WIDTHS.length - 1;

/** The smallest model that reads tokens: a table, and linear layers one after the other with rectifiers between. */
export async function chainFolder(): Promise<string> {
  const folder = await temporaryFolder();
  const g = new GraphBuilder();
  await using writer = await ExternalDataWriter.open({ folder });
  const weight = async (name: string, dims: [number, number], seed: number) =>
    g.addInitializer(
      await writer.append({ name, type: 'float32', dims, data: normals(dims[0] * dims[1], seed) }),
    );
  const ids = g.input('input_ids', 'int64', ['batch', 'sequence']);
  let x = g.node('Gather', [await weight('table', [16, WIDTHS[0]!], 1), ids]);
  for (let i = 0; i < CHAIN_LAYERS; i++) {
    const w = await weight(`l${i}.weight`, [WIDTHS[i]!, WIDTHS[i + 1]!], i + 2);
    x = g.node('MatMul', [x, w], { name: `/l${i}/MatMul` });
    if (i + 1 < CHAIN_LAYERS) x = g.node('Relu', [x]);
  }
  g.node('Identity', [x], {
    outputs: [g.output('logits', 'float32', ['batch', 'sequence', WIDTHS.at(-1)!])],
  });
  await writer.commit();
  await writeModel({ model: g.model(), file: join(folder, 'model.onnx') });
  return folder;
}
