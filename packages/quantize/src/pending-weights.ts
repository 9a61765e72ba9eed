import type { Progress } from '@quantloop/jobs';
import type { TensorReader } from '@quantloop/onnx';
import type { Calibration } from './calibrate/calibration.ts';
import type { PendingWeight } from './checkpoint/in-blocks.ts';
import type { Equalization } from './equalize/equalization.ts';
import type { CostClock } from './manifest/cost-clock.ts';
import type { PackedPieces } from './pack/packed-weight.ts';
import type { PlannedWeight } from './plan-weights.ts';
import { RoundAhead } from './threads/round-ahead.ts';
import { PanelMemory } from './weights/panel-memory.ts';
import { stopOnAbort } from './weights/stop-on-abort.ts';
import { openWeight } from './weights/weight-source.ts';

export interface PendingWeightsOptions {
  planned: readonly PlannedWeight[];
  /** Path of the model. */
  file: string;
  /** Of the model as it is. */
  reader: TensorReader;
  equalization: Equalization | undefined;
  /** For plans that are calibrated. */
  calibration: Calibration | undefined;
  threads: number | undefined;
  clock: CostClock;
  signal: AbortSignal | undefined;
  /** Before each tensor. */
  onProgress: ((progress: Progress) => void) | undefined;
}

/**
 * How each weight is computed when its turn comes: by threads that are some ahead where its plan is plain data, else
 * here, from what its layers read.
 */
export class PendingWeights implements AsyncDisposable {
  readonly all: readonly PendingWeight[];
  readonly #ahead: RoundAhead;

  constructor(options: PendingWeightsOptions) {
    const { planned, file, reader, equalization, calibration, threads, clock, signal } = options;
    const locations = planned.map(({ use: { weight: name, k, n, transposed } }) => {
      const scaling = equalization?.scaling(name);
      return { name, k, n, transposed, ...(scaling !== undefined && { scaling }) };
    });
    const pieces = planned.map(
      ({ plan: { rounding } }, i) => rounding && { location: locations[i]!, rounding },
    );
    const memory = new PanelMemory();
    this.#ahead = new RoundAhead({ file, reader, pieces, threads, signal, memory });

    const compute = async (index: number): Promise<PackedPieces> => {
      signal?.throwIfAborted();
      const { linears, plan } = planned[index]!;
      const location = locations[index]!;
      options.onProgress?.({ done: index, total: planned.length, unit: 'tensors', note: location.name });
      const rounded = this.#ahead.take(index);
      if (rounded !== undefined) return clock.time('round', () => rounded);
      const weight = stopOnAbort(openWeight({ ...location, reader, memory }), signal);
      if (plan.inputs === undefined) return [await clock.time('round', () => plan.quantize(weight))];
      const source = plan.inputs === 'calibrated' ? calibration : equalization;
      const inputs = await clock.time('calibrate', () => source!.inputsOf(linears[0]!));
      return [await clock.time('round', () => plan.quantize(weight, inputs))];
    };
    this.all = planned.map(({ plan: { storage } }, index) => {
      const { name, k, n } = locations[index]!;
      return { name, storage, weights: k * n, compute: () => compute(index) };
    });
  }

  /** By threads: what this one reads is the reader's own count. */
  get bytesRead(): number {
    return this.#ahead.bytesRead;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#ahead[Symbol.asyncDispose]();
  }
}
