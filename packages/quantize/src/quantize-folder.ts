import { cp, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Checkpoint } from '@quantloop/artifacts';
import { QuantloopError, type Recipe } from '@quantloop/core';
import {
  addInitializer,
  ExternalDataWriter,
  graphOf,
  moveInitializers,
  removeUnusedInitializers,
  requireOpset,
  TensorReader,
  uniqueName,
  writeModel,
  type ModelProto,
  type TensorInfo,
} from '@quantloop/onnx';
import { decodePacked, encodePacked } from './checkpoint/packed-blob.ts';
import { refuseQuantized } from './graph/refuse-quantized.ts';
import { rewriteLinear } from './graph/rewrite-linear.ts';
import { weightReaders } from './graph/weight-readers.ts';
import type { QuantizationManifest } from './manifest/manifest.ts';
import { writeManifest, type FinishedWeight } from './manifest/write-manifest.ts';
import { methodOf } from './methods/methods.ts';
import { partsByteLength } from './pack/allocate-parts.ts';
import type { PackedWeight } from './pack/packed-weight.ts';
import { planWeights, type PlannedWeight } from './plan-weights.ts';
import { openWeight } from './weights/weight-source.ts';

export interface QuantizeFolderOptions {
  /** Model folder to read: `model.onnx`, its data, configuration and tokenizer. */
  source: string;
  /** Folder to write; created if it is not there. Its model appears whole or not at all. */
  target: string;
  recipe: Recipe;
  /** Finished weights are kept here and taken from here. @default none */
  checkpoint?: Pick<Checkpoint, 'read' | 'write'>;
  /** Looked at between weights; the promise then rejects with its reason. */
  signal?: AbortSignal;
  /** After each weight, and before the first. */
  onProgress?: (progress: { done: number; total: number; unit: 'tensors'; note: string }) => void;
  /** Once, with the number of weights taken over from the checkpoint. */
  onResumed?: (weights: number) => void;
}

/** A finished weight above this is not checkpointed: repeating it is quicker than writing and verifying it. */
const LARGEST_BLOCK = 2 ** 30;

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
  const method = methodOf(recipe);
  await using reader = await TensorReader.open(join(source, 'model.onnx'));
  const { model } = reader;
  refuseQuantized(model);
  const readers = weightReaders(model);
  const sources = reader.names().map((name) => reader.info(name));
  const data = dataFiles(model);
  const { planned, left, excluded } = planWeights(model, method, recipe);

  await mkdir(target, { recursive: true });
  await using writer = await ExternalDataWriter.open({ folder: target });
  const finished: FinishedWeight[] = [];
  let resumed = 0;
  for (const [index, weight] of planned.entries()) {
    signal?.throwIfAborted();
    const { linears, plan } = weight;
    const name = linears[0].weight;
    onProgress?.({ done: index, total: planned.length, unit: 'tensors', note: name });
    const { packed, stored } = await packWeight({ weight, index, reader, checkpoint: options.checkpoint });
    if (stored) resumed++;
    const parts: string[] = [];
    for (const { role, ...part } of packed.parts) {
      const tensor = await writer.append({ ...part, name: uniqueName(model, `${name}.${role}`) });
      addInitializer(model, tensor);
      parts.push(tensor.name);
    }
    for (const linear of linears) {
      rewriteLinear({ model, linear, storage: plan.storage, initializers: parts });
    }
    finished.push({
      linears,
      storage: plan.storage,
      parts,
      bytes: partsByteLength(packed.parts),
      error: packed.error,
    });
  }
  onProgress?.({ done: planned.length, total: planned.length, unit: 'tensors', note: 'writing the model' });
  if (resumed > 0) options.onResumed?.(resumed);

  const gone = new Set(removeUnusedInitializers(model));
  requireOpset(model, 'com.microsoft', 1);
  await moveInitializers({ model, reader, writer });
  signal?.throwIfAborted();
  await copyOtherFiles(source, target, data);
  const remaining = (info: TensorInfo) => !gone.has(info.name);
  const manifest = writeManifest({
    recipe,
    facts: method.facts,
    sources,
    remaining,
    readers,
    finished,
    left,
    excluded,
  });
  await writeFile(join(target, 'quantization.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  await writer.commit();
  await writeModel({ model, file: join(target, 'model.onnx') });
  return manifest;
}

/** From the checkpoint, or else computed and put there. */
async function packWeight(options: {
  weight: PlannedWeight;
  index: number;
  reader: TensorReader;
  checkpoint: Pick<Checkpoint, 'read' | 'write'> | undefined;
}): Promise<{ packed: PackedWeight; stored: boolean }> {
  const { weight, index, reader, checkpoint } = options;
  const { storage, quantize } = weight.plan;
  const { weight: name, k, n, transposed } = weight.linears[0];
  const block = `weight-${String(index).padStart(5, '0')}`;
  const bytes = await checkpoint?.read(block);
  const stored = bytes === undefined ? undefined : decodePacked(bytes, name, storage);
  if (stored !== undefined) return { packed: stored, stored: true };
  const packed = await quantize(openWeight({ reader, name, k, n, transposed }));
  if (partsByteLength(packed.parts) <= LARGEST_BLOCK) {
    await checkpoint?.write(block, encodePacked(name, storage, packed));
  }
  return { packed, stored: false };
}

/** Names of the files that hold the model's tensors. */
function dataFiles(model: ModelProto): string[] {
  const entries = graphOf(model).initializer.flatMap(({ externalData }) => externalData);
  return [...new Set(entries.filter(({ key }) => key === 'location').map(({ value }) => value))];
}

/** Configuration, tokenizer, licence: whatever lies beside the model. */
async function copyOtherFiles(source: string, target: string, data: readonly string[]): Promise<void> {
  for (const entry of await readdir(source)) {
    if (REWRITTEN.has(entry) || data.includes(entry)) continue;
    await cp(join(source, entry), join(target, entry), { recursive: true, dereference: true });
  }
}
