import type { ModelProto, TensorReader } from '@quantloop/onnx';
import type { PlannedWeight } from '../plan-weights.ts';
import { Calibration } from './calibration.ts';
import type { CalibrationSet } from './read-calibration.ts';

/** What the weights are quantized by whose plans are calibrated; undefined where there are none. */
export async function openCalibration(options: {
  calibration: CalibrationSet | undefined;
  planned: readonly PlannedWeight[];
  model: ModelProto;
  reader: TensorReader;
  /** Folder for values between parts of the model. */
  scratch: string;
  signal: AbortSignal | undefined;
}): Promise<Calibration | undefined> {
  const { calibration, planned, model, reader, scratch, signal } = options;
  const calibrated = planned.filter(({ plan }) => plan.inputs === 'calibrated');
  if (calibration === undefined || calibrated.length === 0) return undefined;
  const linears = calibrated.map(({ linears: [first] }) => first!);
  const { sequences } = calibration;
  return Calibration.open({ model, reader, linears, sequences, scratch, signal });
}
