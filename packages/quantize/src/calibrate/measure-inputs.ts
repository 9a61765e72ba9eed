import type { Checkpoint } from '@quantloop/artifacts';
import type { Progress } from '@quantloop/jobs';
import type { ModelProto, TensorReader } from '@quantloop/onnx';
import type { Linear } from '../graph/find-linears.ts';
import { ChannelSums } from '../statistics/channel-sums.ts';
import type { InputStatistics } from '../statistics/input-statistics.ts';
import { keptValues } from '../statistics/kept-values.ts';
import { rowsOf } from './accumulate-moments.ts';
import { tokenFeeds } from './calibration-feeds.ts';
import { GraphWalk } from './graph-walk.ts';

/**
 * What some linear layers read in a model that has been edited, by the value's name. The model is walked layer by layer;
 * memory holds one of them, and of each value its ranges and histogram.
 */
export async function measureInputs(options: {
  model: ModelProto;
  /** The model's constants as they have become. */
  reader: TensorReader;
  linears: readonly Linear[];
  sequences: readonly ArrayLike<number>[];
  /** Folder for values between parts of the model; removed in the end. */
  scratch: string;
  /** Finished values are kept here and taken from here. */
  checkpoint?: Pick<Checkpoint, 'read' | 'write'> | undefined;
  signal?: AbortSignal | undefined;
  /** Before each value. */
  onProgress?: ((progress: Progress) => void) | undefined;
}): Promise<ReadonlyMap<string, InputStatistics>> {
  const { model, reader, linears, sequences, scratch, checkpoint, signal, onProgress } = options;
  const widths = new Map(linears.map(({ node, k }) => [node.input[0]!, k]));
  const targets = [...widths.keys()];
  const feeds = tokenFeeds(model, sequences);
  await using walk = await GraphWalk.open({ model, reader, targets, feeds, scratch, signal });
  const measured = new Map<string, InputStatistics>();
  const compute = async (value: string, k: number) => {
    onProgress?.({ done: measured.size, total: targets.length, unit: 'values', note: `measuring ${value}` });
    const sums = new ChannelSums(k);
    for await (const tensor of walk.batchesOf(value)) sums.add(rowsOf(tensor).data);
    return { statistics: sums.result(), moments: new Float32Array(0) };
  };
  const values = [...widths].map(([value, k]) => ({ value, k }));
  for await (const { value, statistics } of keptValues({ values, checkpoint, compute })) {
    measured.set(value, statistics);
  }
  return measured;
}
