import type { Checkpoint } from '@quantloop/artifacts';
import type { ExternalDataWriter, ModelProto } from '@quantloop/onnx';
import type { Calibration } from './calibrate/calibration.ts';
import { inBlocks } from './checkpoint/in-blocks.ts';
import { placeWeight } from './graph/place-weight.ts';
import { SharedInputs } from './graph/shared-inputs.ts';
import type { CostClock } from './manifest/cost-clock.ts';
import type { FinishedWeight } from './manifest/write-manifest.ts';
import { partsByteLength } from './pack/allocate-parts.ts';
import { joinErrors, joinPieces } from './pack/join-pieces.ts';
import type { PendingWeights } from './pending-weights.ts';
import type { PlannedWeight } from './plan-weights.ts';

export interface PlaceWeightsOptions {
  planned: readonly PlannedWeight[];
  /** Of the same weights. */
  pending: PendingWeights;
  model: ModelProto;
  writer: ExternalDataWriter;
  /** What later layers read is to follow from each finished weight. */
  calibration: Calibration | undefined;
  clock: CostClock;
  checkpoint?: Pick<Checkpoint, 'read' | 'write'>;
  /** @default 2^20 */
  blockWeights?: number;
  onResumed?: (blocks: number) => void;
}

/** Computes the weights one after the other, or takes them from the checkpoint, and puts each into the new model. */
export async function placeWeights(options: PlaceWeightsOptions): Promise<FinishedWeight[]> {
  const { planned, pending, model, writer, calibration, clock, checkpoint, blockWeights = 2 ** 20 } = options;
  const finished: FinishedWeight[] = [];
  const shared = new SharedInputs(model);
  let resumed = 0;
  const onResumed = () => resumed++;
  // Calibration computes with weights only when a layer after them is reached.
  const kept = calibration !== undefined;
  for await (const pieces of inBlocks({ pending: pending.all, checkpoint, blockWeights, kept, onResumed })) {
    const weight = planned[finished.length]!;
    const { storage } = weight.plan;
    calibration?.finish(weight.use, storage, joinPieces(storage, pieces));
    const names = await clock.time('write', () => placeWeight({ model, writer, shared, weight, pieces }));
    const bytes = pieces.reduce((sum, { parts }) => sum + partsByteLength(parts), 0);
    finished.push({ ...weight, storage, parts: names, bytes, error: joinErrors(pieces) });
  }
  if (resumed > 0) options.onResumed?.(resumed);
  return finished;
}
