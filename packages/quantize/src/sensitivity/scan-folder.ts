import { join } from 'node:path';
import type { Checkpoint } from '@quantloop/artifacts';
import { expandRecipes, QuantloopError, withoutScope, type WeightRecipe } from '@quantloop/core';
import { graphOf, hoistConstants, readModel, TensorReader, type ModelProto } from '@quantloop/onnx';
import { ortVersion } from '@quantloop/runtime';
import { tokenFeeds } from '../calibrate/calibration-feeds.ts';
import { GraphWalk } from '../calibrate/graph-walk.ts';
import type { CalibrationSet } from '../calibrate/read-calibration.ts';
import { findLinears } from '../graph/find-linears.ts';
import { learnedWeights, numericInitializers } from '../graph/learned-weights.ts';
import { refuseQuantized } from '../graph/refuse-quantized.ts';
import { weightReaders } from '../graph/weight-readers.ts';
import { checkRecipe, METHOD_FACTS } from '../methods/methods.ts';
import { planScan, readersOf, type ScanSubject } from './plan-scan.ts';
import { scanWeight, type ScanBench } from './scan-weights.ts';
import { ScannedWeight, type SensitivityScan } from './sensitivity-scan.ts';
import { tokenWindows } from './token-windows.ts';

export interface ScanFolderOptions {
  /** Model folder with `model.onnx` and its data: an unquantized decoder. */
  source: string;
  /** Each is tried on each weight, embedding and output head among them. */
  recipes: readonly WeightRecipe[];
  /** Globs of weights that are not scanned. @default none */
  exclude?: readonly string[];
  /** What the output is compared on. */
  calibration: CalibrationSet;
  /** Folder for values between parts of the model; removed in the end. */
  scratch: string;
  /** Finished weights are kept here and taken from here. @default none */
  checkpoint?: Pick<Checkpoint, 'read' | 'write'>;
  /** Looked at before every part of the model is run; the promise then rejects with its reason. */
  signal?: AbortSignal;
  /** Before each weight, and after the last. */
  onProgress?: (progress: { done: number; total: number; unit: 'weights'; note: string }) => void;
  /** Once, with the number of weights taken over from the checkpoint, if there are any. */
  onResumed?: (weights: number) => void;
}

/** Logits of one batch at most: 64 MiB in float32. */
const LOGITS = 2 ** 24;

/**
 * How much the model's output changes when one weight alone is quantized: for every weight of a linear layer or embedding and every
 * recipe the KL divergence of the next-token distributions, mean over the tokens of {@link tokenWindows}. The unquantized model is walked
 * through once; each measurement runs only what comes after the weight. Memory holds the constants between two linear
 * layers and one batch; the values of all tokens that cross such a cut, and the unquantized logits, are on disk.
 *
 * It is the weights' rounding that is measured: kernels that round activations too do more than that.
 *
 * @throws QuantloopError `invalid-spec` for a recipe its method cannot have; `unsupported` for a model that is quantized,
 * has no logits or cannot be run on the CPU; `non-finite`; `disk-full`
 */
export async function scanFolder(options: ScanFolderOptions): Promise<SensitivityScan> {
  const { scratch, signal, calibration, checkpoint, onProgress } = options;
  const recipes = options.recipes.map(withoutScope);
  for (const recipe of recipes) checkRecipe({ ...recipe, exclude: [], mix: [] });
  const file = join(options.source, 'model.onnx');
  const model = await readModel(file);
  refuseQuantized(model);
  hoistConstants(model);
  await using reader = new TensorReader({ model, file });
  const { name: logits, width } = logitsOf(model);
  const { subjects, left } = planScan({ model, recipes, exclude: options.exclude ?? [] });
  const windows = tokenWindows(calibration.sequences);
  // All layers, scanned or not: what lies between two targets is in memory at once.
  const targets = [...new Set(findLinears(model).map(({ node }) => node.input[0]!)), logits];
  const feeds = tokenFeeds(model, windows, Math.min(2048, Math.ceil(LOGITS / width)));
  await using walk = await GraphWalk.open({
    model,
    reader,
    targets,
    feeds,
    scratch: join(scratch, 'walk'),
    signal,
  });
  await using baseline = await walk.branch(join(scratch, 'baseline'));
  const bench: ScanBench = { walk, baseline, logits, reader, scratch: join(scratch, 'branch') };

  const weights = new Map<ScanSubject, ScannedWeight>();
  for (const [index, subject] of subjects.entries()) {
    const stored = await readWeight(checkpoint, index, subject);
    if (stored !== undefined) weights.set(subject, stored);
  }
  if (weights.size > 0) options.onResumed?.(weights.size);
  const remaining = subjects.filter((subject) => !weights.has(subject));
  if (remaining.length > 0) await baseline.reach(targets.length);
  for (const { way, subject } of byWay(walk, remaining)) {
    const { weight: note } = subject.use;
    onProgress?.({ done: weights.size, total: subjects.length, unit: 'weights', note });
    await walk.reach(way);
    const scanned = await scanWeight(bench, subject);
    weights.set(subject, scanned);
    await checkpoint?.write(blockName(subjects.indexOf(subject)), Buffer.from(JSON.stringify(scanned)));
  }
  onProgress?.({ done: weights.size, total: weights.size, unit: 'weights', note: 'done' });

  const learned = learnedWeights(numericInitializers(model, reader), weightReaders(model));
  const versions = recipes.map(({ method }) => [`quantize.${method}`, METHOD_FACTS[method]!.version]);
  return {
    schemaVersion: 1,
    recipes: recipes.map((recipe) => ({ label: labelOf(recipe), recipe })),
    exclude: [...(options.exclude ?? [])],
    weights: subjects.map((subject) => weights.get(subject)!),
    left: [...left].map(([name, reason]) => ({ name, reason })),
    bytes: learned.reduce((sum, { byteLength }) => sum + byteLength, 0),
    windows: windows.length,
    tokens: windows.length * windows[0]!.length,
    provenance: { ...Object.fromEntries(versions), onnxruntime: ortVersion() },
  };
}

function labelOf(recipe: WeightRecipe): string {
  return expandRecipes([recipe], METHOD_FACTS).recipes[0]!.label;
}

const blockName = (index: number): string => `weight-${String(index).padStart(5, '0')}`;

async function readWeight(
  checkpoint: ScanFolderOptions['checkpoint'],
  index: number,
  { use, plans }: ScanSubject,
): Promise<ScannedWeight | undefined> {
  const bytes = await checkpoint?.read(blockName(index));
  if (bytes === undefined) return undefined;
  const stored = ScannedWeight.safeParse(JSON.parse(Buffer.from(bytes).toString()));
  const same = stored.data?.name === use.weight && stored.data.results.length === plans.length;
  return same ? stored.data : undefined;
}

/** In the order in which the walk comes to them, each with the number of targets that are made without it. */
function byWay(walk: GraphWalk, subjects: readonly ScanSubject[]): { way: number; subject: ScanSubject }[] {
  return subjects
    .map((subject) => ({
      way: walk.wayOf(readersOf(subject)),
      subject,
    }))
    .sort((a, b) => a.way - b.way);
}

/** The output that is compared, and how wide it is. */
function logitsOf(model: ModelProto): { name: string; width: number } {
  const output = graphOf(model).output.find(({ name }) => name === 'logits');
  if (output === undefined) {
    throw new QuantloopError({
      code: 'unsupported',
      message: 'The model has no output "logits", so that there is nothing to compare its versions by.',
      hint: 'A sensitivity scan needs a language model with logits of all positions.',
    });
  }
  const { value: kind } = output.type ?? {};
  const dim = kind?.case === 'tensorType' ? kind.value.shape?.dim.at(-1)?.value : undefined;
  return { name: 'logits', width: dim?.case === 'dimValue' ? Number(dim.value) : 2 ** 13 };
}
