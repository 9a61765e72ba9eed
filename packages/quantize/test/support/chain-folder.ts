import { join } from 'node:path';
import { ExternalDataWriter, GraphBuilder, writeModel } from '@quantloop/onnx';
import { temporaryFolder } from './model-folder.ts';
import { normals } from './random.ts';

/** Widths of the values between the layers. */
const WIDTHS = [64, 48, 96, 32];

/** How many linear layers the chain has by default. */
export const CHAIN_LAYERS = WIDTHS.length - 1;

/** The smallest model that reads tokens: a table, and linear layers one after the other with rectifiers between. */
export async function chainFolder(widths: readonly number[] = WIDTHS): Promise<string> {
  const layers = widths.length - 1;
  const folder = await temporaryFolder();
  const g = new GraphBuilder();
  await using writer = await ExternalDataWriter.open({ folder });
  // Such that values keep their size, however long the chain.
  const data = (count: number, seed: number, inputs: number) =>
    normals(count, seed).map((value) => value * Math.sqrt(2 / inputs));
  const weight = async (name: string, [k, n]: [number, number], seed: number) =>
    g.addInitializer(
      await writer.append({ name, type: 'float32', dims: [k, n], data: data(k * n, seed, k) }),
    );
  const ids = g.input('input_ids', 'int64', ['batch', 'sequence']);
  let x = g.node('Gather', [await weight('table', [16, widths[0]!], 1), ids]);
  for (let i = 0; i < layers; i++) {
    const w = await weight(`l${i}.weight`, [widths[i]!, widths[i + 1]!], i + 2);
    x = g.node('MatMul', [x, w], { name: `/l${i}/MatMul` });
    if (i + 1 < layers) x = g.node('Relu', [x]);
  }
  g.node('Identity', [x], {
    outputs: [g.output('logits', 'float32', ['batch', 'sequence', widths.at(-1)!])],
  });
  await writer.commit();
  await writeModel({ model: g.model(), file: join(folder, 'model.onnx') });
  return folder;
}
