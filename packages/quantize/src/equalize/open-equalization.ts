import type { Checkpoint } from '@quantloop/artifacts';
import { QuantloopError } from '@quantloop/core';
import type { Progress } from '@quantloop/jobs';
import type { ModelProto, TensorReader } from '@quantloop/onnx';
import type { PlannedWeight } from '../plan-weights.ts';
import type { Statistics } from '../statistics/statistics-file.ts';
import { Equalization } from './equalization.ts';

/**
 * The model rescaled for the plans that ask for it, and what its layers then read; undefined where no plan looks at that.
 *
 * @throws QuantloopError `invalid-spec` when one does and there are no statistics
 */
export async function openEqualization(options: {
  /** Edited in place. */
  model: ModelProto;
  /** Path of the model. */
  file: string;
  reader: TensorReader;
  planned: readonly PlannedWeight[];
  statistics?: Statistics;
  checkpoint?: Pick<Checkpoint, 'read' | 'write'>;
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
}): Promise<Equalization | undefined> {
  const { planned, statistics, onProgress } = options;
  const asking = planned.find(
    ({ plan }) => plan.equalizer !== undefined || plan.inputs === 'measured' || plan.settle !== undefined,
  );
  if (asking === undefined) return undefined;
  if (statistics === undefined) {
    throw new QuantloopError({
      code: 'invalid-spec',
      message: `${asking.method.facts.name} needs statistics of the unquantized model.`,
      hint: 'Collect them with collectStatistics on the calibration texts.',
    });
  }
  const onStation = (input: string) =>
    onProgress?.({ done: 0, total: planned.length, unit: 'tensors', note: `rescaling ${input}` });
  return Equalization.open({ ...options, statistics, onStation });
}
