import {
  bytesOnDisk,
  type Measurement,
  type QuantizeModelInput,
  type QuantizeModelOutput,
} from '@quantloop/core';
import type { JobContext } from '@quantloop/jobs';
import { modelBytes } from '@quantloop/onnx';
import { readCalibration } from './calibrate/read-calibration.ts';
import type { Cost } from './manifest/cost.ts';
import type { QuantizationManifest } from './manifest/manifest.ts';
import { orderedRecipe } from './ordered-recipe.ts';
import { quantizeFolder } from './quantize-folder.ts';
import { Statistics } from './statistics/statistics-file.ts';

/** The job behind `quantizeStage`, run in a child process of its own. */
export async function run(input: QuantizeModelInput, context: JobContext): Promise<QuantizeModelOutput> {
  const { store, checkpoint, signal } = context;
  const target = await store.scratch();
  const source = await store.folder(input.model);
  const { calibration: asked } = input;
  let cost: Cost | undefined;
  const manifest = await quantizeFolder({
    source,
    target,
    recipe: orderedRecipe(input.recipe),
    ...(asked !== undefined && {
      calibration: await readCalibration({ folder: source, file: await store.file(asked.text), asked }),
    }),
    ...(input.statistics !== undefined && {
      statistics: await Statistics.open(await store.folder(input.statistics)),
    }),
    checkpoint,
    signal,
    onProgress: (progress) => context.progress(progress),
    onResumed: (blocks) => context.resumed(blocks),
    onCost: (finished) => (cost = finished),
  });
  const size = bytesOnDisk(await modelBytes(target), await modelBytes(source));
  return {
    model: await store.putFolder(target),
    manifest: await store.putJson({ ...manifest, cost }),
    metrics: { 'model.bytes': size, ...metricsOf(manifest) },
    provenance: {
      'quantize.method': manifest.methods.map(({ name }) => name).join(', '),
      'quantize.version': manifest.methods.map(({ version }) => version).join(', '),
      'quantize.source': input.model.digest,
      ...(asked !== undefined && { 'quantize.calibration': asked.text.digest }),
    },
  };
}

function metricsOf({ totals }: QuantizationManifest): QuantizeModelOutput['metrics'] {
  const exact = (value: number, unit: string, n: number): Measurement => ({
    value,
    unit,
    low: value,
    high: value,
    n,
    higherIsBetter: false,
    convention: 'quantloop',
  });
  return {
    'model.bits_per_weight': exact(totals.bitsPerWeight, 'bits', totals.weights),
    'model.weight_error': exact(totals.error.relative, 'fraction', totals.quantizedWeights),
  };
}
