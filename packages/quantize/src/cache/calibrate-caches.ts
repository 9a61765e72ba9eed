import type { Checkpoint } from '@quantloop/artifacts';
import type { ModelProto, TensorReader } from '@quantloop/onnx';
import type { CalibrationSet } from '../calibrate/read-calibration.ts';
import type { Progress } from '@quantloop/jobs';
import type { Cache } from './find-caches.ts';
import { keptMagnitudes } from './kept-magnitudes.ts';
import { measureCaches } from './measure-caches.ts';

/** Largest magnitudes of the channels of each cache. */
export async function calibrateCaches(options: {
  caches: readonly Cache[];
  calibration: CalibrationSet | undefined;
  model: ModelProto;
  reader: TensorReader;
  /** Folder for values between parts of the model. */
  scratch: string;
  checkpoint?: Pick<Checkpoint, 'read' | 'write'> | undefined;
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
}): Promise<Float32Array[]> {
  const { caches, model, reader, calibration, checkpoint, scratch, signal } = options;
  if (calibration === undefined || caches.length === 0) return [];
  const { sequences } = calibration;
  const onProgress = (done: number, note: string) =>
    options.onProgress?.({ done, total: caches.length, unit: 'caches', note });
  const compute = () => measureCaches({ caches, model, reader, sequences, scratch, signal, onProgress });
  return keptMagnitudes({ caches, checkpoint, compute });
}
