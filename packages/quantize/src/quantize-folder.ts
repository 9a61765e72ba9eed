import { cp, mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Checkpoint } from '@quantloop/artifacts';
import { calibratedMethods, needsCalibration, QuantloopError, type Recipe } from '@quantloop/core';
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
  type ModelProto,
  type TensorInfo,
} from '@quantloop/onnx';
import { findCaches, type Cache } from './cache/find-caches.ts';
import { keptMagnitudes } from './cache/kept-magnitudes.ts';
import { measureCaches } from './cache/measure-caches.ts';
import { quantizeCaches } from './cache/quantize-caches.ts';
import { Calibration } from './calibrate/calibration.ts';
import type { CalibrationSet } from './calibrate/read-calibration.ts';
import { inBlocks } from './checkpoint/in-blocks.ts';
import { declareData } from './declare-data.ts';
import { Equalization } from './equalize/equalization.ts';
import { numericInitializers } from './graph/learned-weights.ts';
import { refuseQuantized } from './graph/refuse-quantized.ts';
import { raiseOpset } from './graph/standard-opset.ts';
import { placeWeight } from './graph/place-weight.ts';
import { SharedInputs } from './graph/shared-inputs.ts';
import { tieHead } from './graph/tie-head.ts';
import { weightReaders } from './graph/weight-readers.ts';
import { CostClock } from './manifest/cost-clock.ts';
import type { Cost } from './manifest/cost.ts';
import type { QuantizationManifest } from './manifest/manifest.ts';
import { writeManifest, type FinishedWeight } from './manifest/write-manifest.ts';
import { checkRecipe, METHOD_FACTS } from './methods/methods.ts';
import { partsByteLength } from './pack/allocate-parts.ts';
import { layoutOf } from './pack/layout.ts';
import { planWeights, type PlannedWeight } from './plan-weights.ts';
import { settlePlans } from './settle-plans.ts';
import type { Statistics } from './statistics/statistics-file.ts';
import { RoundAhead } from './threads/round-ahead.ts';
import { PanelMemory } from './weights/panel-memory.ts';
import { stopOnAbort } from './weights/stop-on-abort.ts';
import { openWeight } from './weights/weight-source.ts';

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
  onProgress?: (progress: { done: number; total: number; unit: 'tensors' | 'caches'; note: string }) => void;
  /** Once, when all is written: what it took. */
  onCost?: (cost: Cost) => void;
  /** Once, with the number of blocks taken over from the checkpoint, if there are any. */
  onResumed?: (blocks: number) => void;
}

/** Files of a model folder that are written anew. */
const REWRITTEN = new Set(['model.onnx', 'model.onnx_data', 'quantization.json']);

/**
 * Quantizes a model folder into another: one weight in memory at a time, everything else streamed or copied as it is.
 * The same source and recipe give the same bytes, interrupted or not.
 *
 * @throws QuantloopError `invalid-spec` for a recipe its method cannot have; `unsupported` when nothing would be
 * quantized or the model is quantized already; `non-finite`, naming weight and index; `model-corrupt`; `disk-full`
 */
export async function quantizeFolder(options: QuantizeFolderOptions): Promise<QuantizationManifest> {
  const { source, target, recipe, signal, onProgress } = options;
  if (resolve(source) === resolve(target)) {
    throw new QuantloopError({
      code: 'invalid-spec',
      message: `The quantized model cannot replace its source ${source}.`,
      hint: 'Choose another folder for it.',
    });
  }
  const clock = new CostClock();
  checkRecipe(recipe);
  const calibration = needsCalibration(recipe, METHOD_FACTS) ? requireCalibration(options) : undefined;
  const file = join(source, 'model.onnx');
  const model = await readModel(file);
  refuseQuantized(model);
  const data = dataFiles(model);
  hoistConstants(model);
  await using original = new TensorReader({ model, file });
  const readers = weightReaders(model);
  const sources = numericInitializers(model, original);
  const { head, embedding } = recipe.options;
  const copies = head === true && embedding === true ? await tieHead(model, original) : [];
  const { planned: plans, left, excluded, mixed } = planWeights(model, recipe);
  const planned = await settlePlans(plans, options.statistics);
  const caches = recipe.options['kvCache'] === 'int8' ? findCaches(model) : [];

  await mkdir(target, { recursive: true });
  await using equalization = await clock.time('calibrate', () =>
    openEqualization({ ...options, model, file, reader: original, planned }),
  );
  const reader = equalization?.reader ?? original;
  const added = numericInitializers(model, reader).filter(({ name }) => !readers.has(name));
  const addedReaders = [...weightReaders(model)].filter(([name]) => !readers.has(name));
  const magnitudes = await clock.time('calibrate', () =>
    calibrateCaches({ ...options, calibration, caches, model, reader }),
  );
  await using writer = await ExternalDataWriter.open({ folder: target });
  await using inputs = await openCalibration({ calibration, planned, model, reader, target, signal });
  const locations = planned.map(({ use: { weight: name, k, n, transposed } }) => {
    const scaling = equalization?.scaling(name);
    return { name, k, n, transposed, ...(scaling !== undefined && { scaling }) };
  });
  const pieces = planned.map(
    ({ plan: { rounding } }, i) => rounding && { location: locations[i]!, rounding },
  );
  const { threads } = options;
  const memory = new PanelMemory();
  await using ahead = new RoundAhead({ file, reader: original, pieces, threads, signal, memory });
  const pending = planned.map(({ linears: [first], plan }, done) => {
    const location = locations[done]!;
    const { name, k, n } = location;
    const compute = async () => {
      signal?.throwIfAborted();
      onProgress?.({ done, total: planned.length, unit: 'tensors', note: name });
      const rounded = ahead.take(done);
      if (rounded !== undefined) return clock.time('round', () => rounded);
      const weight = openWeight({ ...location, reader: original, memory });
      if (plan.calibrated === true) {
        const seen = await clock.time('calibrate', () => inputs!.inputsOf(first!));
        return clock.time('round', () => plan.quantize(weight, seen));
      }
      if (plan.measured !== true) return clock.time('round', () => plan.quantize(weight));
      const seen = await clock.time('calibrate', () => equalization!.inputsOf(first!));
      return clock.time('round', () => plan.quantize(stopOnAbort(weight, signal), seen));
    };
    return { name, storage: plan.storage, weights: k * n, compute };
  });
  let resumed = 0;
  const { checkpoint, blockWeights = 2 ** 20 } = options;
  const packedWeights = inBlocks({ pending, checkpoint, blockWeights, onResumed: () => resumed++ });
  const finished: FinishedWeight[] = [];
  const shared = new SharedInputs(model);
  for await (const packed of packedWeights) {
    const { parts, error } = packed;
    const weight = planned[finished.length]!;
    const { storage } = weight.plan;
    inputs?.finish(weight.use, storage, packed);
    const names = await clock.time('write', () => placeWeight({ model, writer, shared, weight, parts }));
    finished.push({ ...weight, storage, parts: names, bytes: partsByteLength(parts), error });
  }
  onProgress?.({ done: planned.length, total: planned.length, unit: 'tensors', note: 'writing the model' });
  if (resumed > 0) options.onResumed?.(resumed);

  quantizeCaches(model, caches, magnitudes);
  const gone = new Set(removeUnusedInitializers(model));
  requireOpset(model, 'com.microsoft', 1);
  raiseOpset(model, Math.max(...finished.map(({ storage }) => layoutOf(storage).opset ?? 1)));
  await clock.time('finish', () => moveInitializers({ model, reader, writer }));
  signal?.throwIfAborted();
  await clock.time('finish', () => copyOtherFiles(source, target, data));
  await declareData({ folder: target, files: writer.size > 0 ? 1 : 0 });
  const remaining = (info: TensorInfo) => !gone.has(info.name);
  const manifest = writeManifest({
    recipe,
    ...(calibration !== undefined && { calibration }),
    sources: [...sources, ...added],
    remaining,
    readers: new Map([...readers, ...addedReaders]),
    finished,
    left,
    excluded,
    mixed,
    copies,
    caches,
    rescaled: equalization?.rescaled,
  });
  await writeFile(join(target, 'quantization.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  const graph = join(target, 'model.onnx');
  await clock.time('finish', () => writer.commit());
  await clock.time('finish', () => writeModel({ model, file: graph }));
  const opened = [...new Set([original, reader])];
  const bytesRead = opened.reduce((sum, each) => sum + each.bytesRead, ahead.bytesRead);
  options.onCost?.(clock.cost({ bytesRead, bytesWritten: writer.size + (await stat(graph)).size }));
  return manifest;
}

function requireCalibration({ calibration, recipe }: QuantizeFolderOptions): CalibrationSet {
  if (calibration !== undefined && calibration.sequences.length > 0) return calibration;
  throw new QuantloopError({
    code: 'invalid-spec',
    message: `${calibratedMethods(recipe, METHOD_FACTS).join(', ')} needs calibration texts.`,
    hint: 'Give some 128 texts like those the model will see.',
  });
}

/** Largest magnitudes of the channels of each cache. */
async function calibrateCaches(
  options: Omit<QuantizeFolderOptions, 'calibration'> & {
    calibration: CalibrationSet | undefined;
    caches: readonly Cache[];
    model: ModelProto;
    reader: TensorReader;
  },
): Promise<Float32Array[]> {
  const { caches, model, reader, calibration, checkpoint, target, signal } = options;
  if (calibration === undefined || caches.length === 0) return [];
  const scratch = join(target, '.calibration');
  const { sequences } = calibration;
  const onProgress = (done: number, note: string) =>
    options.onProgress?.({ done, total: caches.length, unit: 'caches', note });
  const compute = () => measureCaches({ caches, model, reader, sequences, scratch, signal, onProgress });
  return keptMagnitudes({ caches, checkpoint, compute });
}

/** What the weights are quantized by whose plans are calibrated; undefined where there are none. */
async function openCalibration(options: {
  calibration: CalibrationSet | undefined;
  planned: readonly PlannedWeight[];
  model: ModelProto;
  reader: TensorReader;
  target: string;
  signal: AbortSignal | undefined;
}): Promise<Calibration | undefined> {
  const { calibration, planned, model, reader, target, signal } = options;
  const calibrated = planned.filter(({ plan }) => plan.calibrated === true);
  if (calibration === undefined || calibrated.length === 0) return undefined;
  const linears = calibrated.map(({ linears: [first] }) => first!);
  const scratch = join(target, '.calibration');
  const { sequences } = calibration;
  return Calibration.open({ model, reader, linears, sequences, scratch, signal });
}

/** The model rescaled, for plans that ask for that or round by what the unquantized model reads; else undefined. */
async function openEqualization(
  options: QuantizeFolderOptions & {
    model: ModelProto;
    file: string;
    reader: TensorReader;
    planned: readonly PlannedWeight[];
  },
): Promise<Equalization | undefined> {
  const { recipe, planned, onProgress } = options;
  if (!planned.some(({ plan }) => plan.equalizer !== undefined || plan.measured === true)) return undefined;
  const { statistics } = options;
  if (statistics === undefined) {
    throw new QuantloopError({
      code: 'invalid-spec',
      message: `${recipe.method} needs statistics of the unquantized model.`,
      hint: 'Collect them with collectStatistics on the calibration texts.',
    });
  }
  const onStation = (input: string) =>
    onProgress?.({ done: 0, total: planned.length, unit: 'tensors', note: `rescaling ${input}` });
  return Equalization.open({ ...options, statistics, onStation });
}

/** Configuration, tokenizer, licence: whatever lies beside the model. */
async function copyOtherFiles(source: string, target: string, data: readonly string[]): Promise<void> {
  for (const entry of await readdir(source)) {
    if (REWRITTEN.has(entry) || data.includes(entry)) continue;
    await cp(join(source, entry), join(target, entry), { recursive: true, dereference: true });
  }
}
