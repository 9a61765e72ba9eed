import type { Recipe } from '@quantloop/core';
import { elementCount, type TensorInfo } from '@quantloop/onnx';
import type { Cache } from '../cache/find-caches.ts';
import type { CalibrationSet } from '../calibrate/read-calibration.ts';
import { learnedWeights } from '../graph/learned-weights.ts';
import type { WeightReader } from '../graph/weight-readers.ts';
import type { RoundingError } from '../pack/packed-weight.ts';
import { Storage } from '../pack/storage.ts';
import type { PlannedWeight } from '../plan-weights.ts';
import { QuantizationManifest, type RescaledInput } from './manifest.ts';
import { quantizedCache } from './quantized-cache.ts';
import { reasonToKeep } from './reason-to-keep.ts';
import { relativeError } from './relative-error.ts';
import { usedCalibration } from './used-calibration.ts';

/** A weight whose packed form is in the new model. */
export interface FinishedWeight extends Omit<PlannedWeight, 'plan'> {
  storage: Storage;
  parts: string[];
  bytes: number;
  error: RoundingError;
}

export interface WriteManifestOptions {
  recipe: Recipe;
  calibration?: CalibrationSet;
  /** Initializers of the source. */
  sources: readonly TensorInfo[];
  /** Whether an initializer of the source is in the new model as well. */
  remaining: (info: TensorInfo) => boolean;
  readers: ReadonlyMap<string, readonly WeightReader[]>;
  finished: readonly FinishedWeight[];
  /** Why the weights of some linear layers and embeddings stay as they are. */
  left: ReadonlyMap<string, string>;
  excluded: ReadonlyMap<string, number>;
  mixed: readonly number[];
  /** Weights of heads that were copies of the embedding, and read it now. */
  copies: readonly string[];
  /** Those that became int8, as they were. */
  caches: readonly Cache[];
  rescaled?: readonly RescaledInput[] | undefined;
}

/** Puts together what was done, and adds up what it amounts to. */
export function writeManifest(options: WriteManifestOptions): QuantizationManifest {
  const { recipe, readers, finished, left } = options;
  const readersOf = (info: TensorInfo) => readers.get(info.name) ?? [];
  const weights = learnedWeights(options.sources, readers);
  const byName = new Map(weights.map((info) => [info.name, info]));

  const quantized = finished.map((weight) => {
    const { place, storage, lookups, linears } = weight;
    const { name, dims, type, byteLength } = byName.get(weight.use.weight)!;
    return {
      name,
      nodes: [...lookups, ...linears].map(({ node }) => node.name),
      shape: dims,
      type,
      role: place.role ?? null,
      layer: place.layer ?? null,
      recipe: weight.recipe,
      mixEntry: weight.entry ?? null,
      storage: Storage.parse(storage),
      parts: weight.parts,
      bytesBefore: byteLength,
      bytesAfter: weight.bytes,
      error: relativeError([weight.error]),
    };
  });
  const kvCache = quantizedCache(options.caches);
  const names = new Set(quantized.map(({ name }) => name));
  const kept = weights.filter(options.remaining).map((info) => ({
    name: info.name,
    shape: info.dims,
    type: info.type,
    bytes: info.byteLength,
    reason: left.get(info.name) ?? reasonToKeep(info, readersOf(info), names.has(info.name)),
  }));

  const count = sum(weights.map(({ dims }) => elementCount(dims)));
  const quantizedCount = sum(quantized.map(({ shape }) => elementCount(shape)));
  const packedBytes = sum(quantized.map(({ bytesAfter }) => bytesAfter));
  const bytesAfter = packedBytes + sum(kept.map(({ bytes }) => bytes));
  return QuantizationManifest.parse({
    schemaVersion: 2,
    recipe,
    methods: [...new Set(finished.map(({ method }) => method.facts))].map(({ name, version, source }) => ({
      name,
      version,
      source,
    })),
    ...(options.calibration !== undefined && { calibration: usedCalibration(options.calibration) }),
    exclude: [...options.excluded].map(([pattern, matched]) => ({ pattern, weights: matched })),
    mix: options.mixed.map((matched) => ({ weights: matched })),
    quantized,
    kept,
    ...(kvCache !== undefined && { kvCache }),
    ...(options.rescaled !== undefined && { rescaled: [...options.rescaled] }),
    notes: notesOn(options),
    totals: {
      weights: count,
      quantizedWeights: quantizedCount,
      bytesBefore: sum(weights.map(({ byteLength }) => byteLength)),
      bytesAfter,
      bitsPerQuantizedWeight: (packedBytes * 8) / quantizedCount,
      bitsPerWeight: (bytesAfter * 8) / count,
      error: relativeError(finished.map(({ error }) => error)),
    },
  } satisfies QuantizationManifest);
}

const CACHE_NOTE =
  'Its cache is int8: what runs the model has to feed past keys and values in this type, as quantloop does. ' +
  'transformers.js 4.3 and onnxruntime-genai feed floating point ones.';

function notesOn({ finished, copies, caches }: WriteManifestOptions): string[] {
  const notes = copies.map(
    (name) => `"${name}" was a copy of the embedding; the output head reads the embedding now.`,
  );
  for (const { use, byRtn, method } of finished) {
    if (!byRtn) continue;
    const { name } = method.facts;
    notes.push(
      `"${use.weight}" is packed as rtn packs weights, since its rows are looked up: ${name} has no way of its own for that.`,
    );
  }
  const cast = finished
    .flatMap(({ linears, lookups }) => [...lookups, ...linears])
    .filter(({ type }) => type === 'bfloat16').length;
  if (cast > 0) {
    notes.push(
      `The model computes in bfloat16. Around its ${cast} packed layers values are cast to float32 and back; ` +
        'what was left as it was needs a provider with bfloat16 kernels: ONNX Runtime has none for CPUs.',
    );
  }
  if (caches.length > 0) notes.push(CACHE_NOTE);
  return notes;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
