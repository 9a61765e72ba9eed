import { z } from 'zod';

const seconds = z.number().nonnegative();

/** What a job took. Bytes do not count what calibration spills, nor the reads of ONNX Runtime. */
export const Cost = z.strictObject({
  seconds,
  /** Of all threads together, in user and system mode. */
  cpuSeconds: seconds,
  /** From the model's data files: a weight counts as often as it is read. */
  bytesRead: z.int().nonnegative(),
  /** Into the new model. */
  bytesWritten: z.int().nonnegative(),
  /** Where `seconds` went, as the job's main thread sees it; `other` is the graph, the plan and the checkpoint. */
  phases: z.strictObject({
    /** Running the model on calibration texts. */
    calibrate: seconds,
    /** Waiting for rounded weights. */
    round: seconds,
    /** Writing packed weights. */
    write: seconds,
    /** What is not quantized, the other files, and the wait for the disk. */
    finish: seconds,
    other: seconds,
  }),
});
export type Cost = z.infer<typeof Cost>;
