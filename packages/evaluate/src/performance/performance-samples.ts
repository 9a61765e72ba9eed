import { z } from 'zod';
import { HardwareFingerprint } from '../hardware/hardware-fingerprint.ts';
import { ResultSource } from '../known/result-source.ts';
import { OverlappingLoad, SequentialLoad } from './load.ts';
import { GpuSamples } from './memory/gpu-memory.ts';
import { MachineState } from './machine/machine-state.ts';
import { RequestTiming } from './request-timing.ts';
import { ServedRound } from './server/served-request.ts';

const Side = z.enum(['baseline', 'candidate']);
/** Those of one pair were asked for the same. */
const place = { pair: z.int().nonnegative(), side: Side };

const conditions = {
  /** Seconds of the requests of the warm-up, in order; they count nowhere. */
  warmUp: z.partialRecord(Side, z.array(z.number())),
  /** Half width of the 95 % interval that decides, relative to its value. */
  noise: z.number(),
  machine: MachineState,
  /** How often the measurement was thrown away because the machine disturbed it. */
  repeated: z.int().nonnegative(),
  /** Pairs that an earlier look measured; `warmUp` is of those measured since, where there are any. */
  takenOver: z.int().nonnegative(),
  /** Why what an earlier look measured is left out. */
  notTakenOver: z.string().optional(),
  /** Other work had its hands on the machine, or the noise stayed high through all repetitions. */
  disturbed: z.boolean(),
};

/** Of requests, or batches of them, one after the other; in the order measured. */
export const SequentialSamples = z.strictObject({
  load: SequentialLoad,
  requests: z.array(z.strictObject({ ...place, ...RequestTiming.shape })),
  ...conditions,
});
export type SequentialSamples = z.infer<typeof SequentialSamples>;

/** Of rounds of overlapping requests; in the order measured. */
export const OverlappingSamples = z.strictObject({
  load: OverlappingLoad,
  rounds: z.array(z.strictObject({ ...place, ...ServedRound.shape })),
  ...conditions,
});
export type OverlappingSamples = z.infer<typeof OverlappingSamples>;

/** Everything measured under one load. Also what a checkpoint holds of it. */
export const LoadSamples = z.union([SequentialSamples, OverlappingSamples]);
export type LoadSamples = z.infer<typeof LoadSamples>;

/** What timings depend on: only those of one source may be pooled. */
export const SamplesSource = ResultSource.extend({
  /** Digest of the model that alternated with it; null for the baseline itself. */
  baseline: z.string().nullable(),
  /** Digest of the machine's fingerprint. */
  hardware: z.string(),
});
export type SamplesSource = z.infer<typeof SamplesSource>;

/** Taken while the candidate worked alone, under its heaviest loads. */
export const MemorySamples = z.strictObject({
  /** Bytes of resident set when only the engine was there. */
  before: z.int().nonnegative(),
  /** Bytes of resident set at the peak, children included. */
  peak: z.int().nonnegative(),
  gpu: GpuSamples.optional(),
});
export type MemorySamples = z.infer<typeof MemorySamples>;

/** The `samples` artifact of a performance evaluation: every single timing, and where it was taken. */
export const PerformanceSamples = z.strictObject({
  schemaVersion: z.literal(3),
  source: SamplesSource,
  hardware: HardwareFingerprint,
  seed: z.int(),
  memory: MemorySamples,
  loads: z.array(LoadSamples),
});
export type PerformanceSamples = z.infer<typeof PerformanceSamples>;
