import { cp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  ExternalDataWriter,
  hoistConstants,
  moveInitializers,
  readModel,
  removeUnusedInitializers,
  writeModel,
} from '@quantloop/onnx';
import { equalizeModel, findLinears, findStations, type Station } from '@quantloop/quantize';
import { temporaryFolder } from './model-folder.ts';
import { normals } from './random.ts';

/** Positive factors with a spread of e^±`spread`, equal where the station's channels are tied. */
export function randomScale({ k, ties }: Station, seed: number, spread = 1): Float64Array {
  const free = normals(k, seed);
  return Float64Array.from(ties, (tie) => Math.exp(spread * free[tie]!));
}

/** A model folder whose stations are all rescaled, written out in full; and which stations they are. */
export async function equalizedFolder(
  source: string,
  scaleOf: (station: Station, index: number) => Float64Array = randomScale,
): Promise<{ folder: string; stations: Station[] }> {
  const folder = await temporaryFolder();
  for (const entry of await readdir(source)) {
    if (!entry.startsWith('model.onnx')) await cp(join(source, entry), join(folder, entry));
  }
  const file = join(source, 'model.onnx');
  const model = await readModel(file);
  hoistConstants(model);
  const stations = findStations(model, findLinears(model));
  const scales = new Map(stations.map((station, index) => [station, scaleOf(station, index)]));
  const { reader } = equalizeModel({ model, file, scales });
  await using writer = await ExternalDataWriter.open({ folder });
  removeUnusedInitializers(model);
  await moveInitializers({ model, reader, writer });
  await writer.commit();
  await writeModel({ model, file: join(folder, 'model.onnx') });
  await reader.close();
  return { folder, stations };
}
