import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Checkpoint } from '@quantloop/artifacts';
import type { Recipe } from '@quantloop/core';
import type { Progress } from '@quantloop/jobs';
import {
  dataFiles,
  ExternalDataWriter,
  hoistConstants,
  moveInitializers,
  readModel,
  removeUnusedInitializers,
  requireOpset,
  TensorReader,
  writeModel,
} from '@quantloop/onnx';
import { calibrateCaches } from './cache/calibrate-caches.ts';
import { findCaches } from './cache/find-caches.ts';
import { quantizeCaches } from './cache/quantize-caches.ts';
import { openCalibration } from './calibrate/open-calibration.ts';
import { measureInputs } from './calibrate/measure-inputs.ts';
import type { CalibrationSet } from './calibrate/read-calibration.ts';
import { requireCalibration } from './calibrate/require-calibration.ts';
import { openEqualization } from './equalize/open-equalization.ts';
import { copyOtherFiles } from './folder/copy-other-files.ts';
import { declareData } from './folder/declare-data.ts';
import { refuseWithinSource } from './folder/refuse-within-source.ts';
import type { Linear } from './graph/find-linears.ts';
import { numericInitializers } from './graph/learned-weights.ts';
import { refuseQuantized } from './graph/refuse-quantized.ts';
import { raiseOpset } from './graph/standard-opset.ts';
import { tieHead } from './graph/tie-head.ts';
import { weightReaders } from './graph/weight-readers.ts';
import { CostClock } from './manifest/cost-clock.ts';
import type { Cost } from './manifest/cost.ts';
import type { QuantizationManifest } from './manifest/manifest.ts';
import { writeManifest } from './manifest/write-manifest.ts';
import { checkRecipe } from './methods/methods.ts';
import { layoutOf } from './pack/layout.ts';
import { PendingWeights } from './pending-weights.ts';
import { placeWeights } from './place-weights.ts';
import { planWeights } from './plan-weights.ts';
import { settlePlans } from './settle-plans.ts';
import type { Statistics } from './statistics/statistics-file.ts';

export interface QuantizeFolderOptions {
  /** Model folder to read: `model.onnx`, its data, configuration and tokenizer. */
  source: string;
  /** Folder to write; created if it is not there. Its model appears whole or not at all. */
  target: string;
  recipe: Recipe;
  /** What calibrated methods run the model on; others do not look at it. */
  calibration?: CalibrationSet;
  /** What the layers of the unquantized model read on those texts, for methods that need it. */
  statistics?: Statistics;
  /** Finished blocks of weights are kept here and taken from here. @default none */
  checkpoint?: Pick<Checkpoint, 'read' | 'write'>;
  /** Weights (numbers, not tensors) in a block, at least. @default 2^20: writing it takes as long as computing it */
  blockWeights?: number;
  /** Threads that round and pack; a small model is done by the calling one. @default one for each core */
  threads?: number;
  /** Looked at between tensors; the promise then rejects with its reason. */
  signal?: AbortSignal;
  /** Before each tensor, and after the last. */
  onProgress?: (progress: Progress) => void;
  /** Once, when all is written: what it took. */
  onCost?: (cost: Cost) => void;
  /** Once, with the number of blocks taken over from the checkpoint, if there are any. */
  onResumed?: (blocks: number) => void;
}

/**
 * Quantizes a model folder into another: one weight in memory at a time, everything else streamed or copied as it is.
 * The same source and recipe give the same bytes, interrupted or not.
 *
 * @throws QuantloopError `invalid-spec` for a recipe its method cannot have; `unsupported` when nothing would be
 * quantized or the model is quantized already; `non-finite`, naming weight and index; `model-corrupt`; `disk-full`
 */
export async function quantizeFolder(options: QuantizeFolderOptions): Promise<QuantizationManifest> {
  const { source, target, recipe, checkpoint, signal, onProgress } = options;
  refuseWithinSource(source, target);
  const clock = new CostClock();
  checkRecipe(recipe);
  const calibration = requireCalibration(recipe, options.calibration);
  const scratch = join(target, '.calibration');
  const file = join(source, 'model.onnx');
  const model = await readModel(file);
  refuseQuantized(model);
  const data = dataFiles(model);
  hoistConstants(model);
  await using original = new TensorReader({ model, file });
  const readers = weightReaders(model);
  const sources = numericInitializers(model, original);
  const { head, embedding, kvCache } = recipe.options;
  const copies = head === true && embedding === true ? await tieHead(model, original) : [];
  const { planned: plans, left, excluded, mixed } = planWeights(model, recipe);
  const caches = kvCache === 'int8' ? findCaches(model) : [];

  await mkdir(target, { recursive: true });
  await using equalization = await clock.time('calibrate', () =>
    openEqualization({ ...options, model, file, reader: original, planned: plans }),
  );
  const reader = equalization?.reader ?? original;
  const run = { model, reader, scratch, checkpoint, signal, onProgress };
  // Plans that look at histograms are of methods that need calibration texts.
  const measure = (linears: readonly Linear[]) =>
    measureInputs({ ...run, linears, sequences: calibration!.sequences });
  const planned = await clock.time('calibrate', () => settlePlans({ planned: plans, equalization, measure }));
  const added = numericInitializers(model, reader).filter(({ name }) => !readers.has(name));
  const addedReaders = [...weightReaders(model)].filter(([name]) => !readers.has(name));
  const magnitudes = await clock.time('calibrate', () => calibrateCaches({ ...run, caches, calibration }));
  await using writer = await ExternalDataWriter.open({ folder: target });
  await using inputs = await openCalibration({ ...run, calibration, planned });
  await using pending = new PendingWeights({
    ...{ planned, file, reader: original, equalization, calibration: inputs },
    ...{ threads: options.threads, clock, signal, onProgress },
  });
  const finished = await placeWeights({
    ...options,
    planned,
    pending,
    model,
    writer,
    calibration: inputs,
    clock,
  });
  onProgress?.({ done: planned.length, total: planned.length, unit: 'tensors', note: 'writing the model' });

  quantizeCaches(model, caches, magnitudes);
  const gone = new Set(removeUnusedInitializers(model));
  requireOpset(model, 'com.microsoft', 1);
  raiseOpset(model, Math.max(...finished.map(({ storage }) => layoutOf(storage).opset ?? 1)));
  await clock.time('finish', () => moveInitializers({ model, reader, writer }));
  signal?.throwIfAborted();
  await clock.time('finish', () => copyOtherFiles(source, target, data));
  await declareData({ folder: target, files: writer.size > 0 ? 1 : 0 });
  const manifest = writeManifest({
    recipe,
    ...(calibration !== undefined && { calibration }),
    sources: [...sources, ...added],
    remaining: ({ name }) => !gone.has(name),
    readers: new Map([...readers, ...addedReaders]),
    ...{ finished, left, excluded, mixed, copies, caches },
    rescaled: equalization?.rescaled,
  });
  await writeFile(join(target, 'quantization.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  const graph = join(target, 'model.onnx');
  await clock.time('finish', () => writer.commit());
  await clock.time('finish', () => writeModel({ model, file: graph }));
  const opened = [...new Set([original, reader])];
  const bytesRead = opened.reduce((sum, each) => sum + each.bytesRead, pending.bytesRead);
  options.onCost?.(clock.cost({ bytesRead, bytesWritten: writer.size + (await stat(graph)).size }));
  return manifest;
}
