import { transpose, type TensorReader } from '@quantloop/onnx';
import { accumulateMoments } from '../calibrate/accumulate-moments.ts';
import type { GraphWalk } from '../calibrate/graph-walk.ts';
import { relativeError } from '../manifest/relative-error.ts';
import { partsByteLength } from '../pack/allocate-parts.ts';
import { layoutOf } from '../pack/layout.ts';
import type { LayerInputs, WeightPlan } from '../quantizer.ts';
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
  const { node, weight: name, k, n } = use;
  let inputs: LayerInputs | undefined;
  const results: ScannedWeight['results'] = [];
  for (const plan of plans) {
    if ('refuse' in plan) {
      results.push({ kind: 'refused', reason: plan.refuse });
      continue;
    }
    if (needsInputs(plan)) {
      const { arithmetic } = bench.walk;
      const batches = bench.walk.batchesOf(node.input[0]!);
      inputs ??= await accumulateMoments({ name, batches, arithmetic });
    }
    results.push(await measure(bench, subject, plan, inputs));
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

const needsInputs = ({ calibrated, measured }: WeightPlan): boolean =>
  calibrated === true || measured === true;

async function measure(
  bench: ScanBench,
  { use }: ScanSubject,
  plan: WeightPlan,
  inputs: LayerInputs | undefined,
): Promise<ScannedWeight['results'][number]> {
  const { walk, baseline, logits, reader, scratch } = bench;
  const { weight: name, k, n, transposed } = use;
  const source = openWeight({ reader, name, k, n, transposed });
  const { parts, error } = await plan.quantize(source, needsInputs(plan) ? inputs : undefined);
  const values = layoutOf(plan.storage).values(plan.storage, parts);
  const stored = transposed ? values : transpose(values, n, k);
  await using branch = await walk.branch(scratch);
  branch.replace(name, () => stored);
  const sequences: { sum: number; tokens: number }[] = [];
  const expected = baseline.batchesOf(logits);
  for await (const candidate of branch.batchesOf(logits)) {
    const { value } = await expected.next();
    const compared = { arithmetic: walk.arithmetic, baseline: value!, candidate };
    sequences.push(...(await outputDivergence({ ...compared, what: `"${name}" as ${plan.storage.layout}` })));
  }
  return {
    kind: 'measured',
    bytes: partsByteLength(parts),
    weightError: relativeError([error]).relative,
    divergence: await meanPerToken(sequences),
  };
}
