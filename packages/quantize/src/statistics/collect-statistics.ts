import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Checkpoint } from '@quantloop/artifacts';
import type { Progress } from '@quantloop/jobs';
import { hoistConstants, readModel, TensorReader } from '@quantloop/onnx';
import type { Tensor } from '@quantloop/runtime';
import { accumulateMoments, rowsOf } from '../calibrate/accumulate-moments.ts';
import { tokenFeeds } from '../calibrate/calibration-feeds.ts';
import { GraphWalk } from '../calibrate/graph-walk.ts';
import { findLinears } from '../graph/find-linears.ts';
import { refuseQuantized } from '../graph/refuse-quantized.ts';
import { ChannelSums } from './channel-sums.ts';
import { keptValues } from './kept-values.ts';
import { StatisticsWriter } from './statistics-file.ts';

export interface CollectStatisticsOptions {
  /** Model folder. */
  source: string;
  /** Folder to write; created if it is not there. */
  target: string;
  /** Tokens to run the model on; none is empty. */
  sequences: readonly ArrayLike<number>[];
  /** Finished values are kept here and taken from here. @default none */
  checkpoint?: Pick<Checkpoint, 'read' | 'write'>;
  /** Looked at before every run; the promise then rejects with its reason. */
  signal?: AbortSignal;
  /** Before each value, and after the last. */
  onProgress?: (progress: Progress) => void;
  /** Once, with the number of values taken over from the checkpoint, if there are any. */
  onResumed?: (values: number) => void;
}

/**
 * Runs the unquantized model once and writes what every linear layer reads: ranges, mean magnitudes, a histogram and
 * Σ xᵀx of each value. Memory holds one value's sums and one batch, whatever the number of layers and sequences. An
 * interrupted run that has a checkpoint goes through the finished layers again, but adds up nothing twice.
 *
 * @throws QuantloopError `non-finite`, naming the first value of the graph in which activations are not finite;
 * `unsupported` for a model that is quantized already or cannot be run on text; `model-corrupt`; `disk-full`
 */
export async function collectStatistics(options: CollectStatisticsOptions): Promise<void> {
  const { source, target, sequences, checkpoint, signal, onProgress } = options;
  const file = join(source, 'model.onnx');
  const model = await readModel(file);
  refuseQuantized(model);
  hoistConstants(model);
  await using reader = new TensorReader({ model, file });
  const widths = new Map(findLinears(model).map(({ node, k }) => [node.input[0]!, k]));
  const targets = [...widths.keys()];
  await mkdir(target, { recursive: true });
  await using writer = await StatisticsWriter.open(target);
  const feeds = tokenFeeds(model, sequences);
  const scratch = join(target, '.walk');
  await using walk = await GraphWalk.open({ model, reader, targets, feeds, scratch, signal });
  let done = 0;
  const compute = async (name: string, k: number) => {
    onProgress?.({ done, total: targets.length, unit: 'values', note: name });
    const sums = new ChannelSums(k);
    const batches = watched(walk.batchesOf(name), sums);
    const { moments } = await accumulateMoments({ name, batches, arithmetic: walk.arithmetic });
    return { statistics: sums.result(), moments };
  };
  const values = [...widths].map(([value, k]) => ({ value, k }));
  let resumed = 0;
  const onResumed = () => resumed++;
  for await (const { value, statistics, moments } of keptValues({ values, checkpoint, compute, onResumed })) {
    await writer.append(value, statistics, moments);
    done++;
  }
  if (resumed > 0) options.onResumed?.(resumed);
  await writer.commit();
  onProgress?.({ done, total: targets.length, unit: 'values', note: 'written' });
}

async function* watched(batches: AsyncIterable<Tensor>, sums: ChannelSums): AsyncGenerator<Tensor> {
  for await (const tensor of batches) {
    sums.add(rowsOf(tensor).data);
    yield tensor;
  }
}
