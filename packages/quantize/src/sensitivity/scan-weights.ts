import { transpose, type TensorReader } from '@quantloop/onnx';
import { accumulateMoments } from '../calibrate/accumulate-moments.ts';
import type { GraphWalk } from '../calibrate/graph-walk.ts';
import { relativeError } from '../manifest/relative-error.ts';
import { partsByteLength } from '../pack/allocate-parts.ts';
import { layoutOf } from '../pack/layout.ts';
import type { PackedWeight } from '../pack/packed-weight.ts';
import type { Storage } from '../pack/storage.ts';
import type { LayerInputs } from '../quantizer.ts';
import { openWeight } from '../weights/weight-source.ts';
import { meanPerToken } from './mean-per-token.ts';
import { outputDivergence } from './output-divergence.ts';
import type { ScanSubject } from './plan-scan.ts';
import type { ScannedWeight } from './sensitivity-scan.ts';

/** What weights are measured against. */
export interface ScanBench {
  /** The unquantized model. It stands before the first node that reads the weight to be measured. */
  walk: GraphWalk;
  /** A branch of it that has gone to the end. */
  baseline: GraphWalk;
  /** Name of the value that is compared. */
  logits: string;
  reader: TensorReader;
  /** Folder for values of a branch. */
  scratch: string;
}

/** Quantizes a weight by each plan, alone, and compares the model's output from there on. */
export async function scanWeight(bench: ScanBench, subject: ScanSubject): Promise<ScannedWeight> {
  const { use, linears, lookups, place, plans, stays } = subject;
  const { node, weight: name, k, n, transposed } = use;
  let inputs: LayerInputs | undefined;
  const results: ScannedWeight['results'] = [];
  for (const plan of plans) {
    if ('refuse' in plan) {
      results.push({ kind: 'refused', reason: plan.refuse });
      continue;
    }
    const source = openWeight({ reader: bench.reader, name, k, n, transposed });
    if (plan.inputs !== undefined) {
      const { arithmetic } = bench.walk;
      const batches = bench.walk.batchesOf(node.input[0]!);
      inputs ??= await accumulateMoments({ name, batches, arithmetic });
      results.push(await measure(bench, subject, plan.storage, await plan.quantize(source, inputs)));
    } else results.push(await measure(bench, subject, plan.storage, await plan.quantize(source)));
  }
  return {
    name,
    nodes: [...linears, ...lookups].map((reader) => reader.node.name),
    role: place.role ?? null,
    layer: place.layer ?? null,
    k,
    n,
    bytes: bench.reader.info(name).byteLength,
    stays,
    results,
  };
}

async function measure(
  bench: ScanBench,
  { use }: ScanSubject,
  storage: Storage,
  { parts, error }: PackedWeight,
): Promise<ScannedWeight['results'][number]> {
  const { walk, baseline, logits, scratch } = bench;
  const { weight: name, k, n, transposed } = use;
  const values = layoutOf(storage).values(storage, parts);
  const stored = transposed ? values : transpose(values, n, k);
  await using branch = await walk.branch(scratch);
  branch.replace(name, () => stored);
  const sequences: { sum: number; tokens: number }[] = [];
  const expected = baseline.batchesOf(logits);
  for await (const candidate of branch.batchesOf(logits)) {
    const { value } = await expected.next();
    const compared = { arithmetic: walk.arithmetic, baseline: value!, candidate };
    sequences.push(...(await outputDivergence({ ...compared, what: `"${name}" as ${storage.layout}` })));
  }
  return {
    kind: 'measured',
    bytes: partsByteLength(parts),
    weightError: relativeError([error]).relative,
    divergence: await meanPerToken(sequences),
  };
}
