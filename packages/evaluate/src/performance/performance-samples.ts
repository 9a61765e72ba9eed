import { z } from 'zod';
import { HardwareFingerprint } from '../hardware/hardware-fingerprint.ts';
import { Load } from './load.ts';
import { MachineState } from './machine-state.ts';
import { RequestTiming } from './request-timing.ts';

const Side = z.enum(['baseline', 'candidate']);

/** Everything measured under one load. Also what a checkpoint holds of it. */
export const LoadSamples = z.strictObject({
  load: Load,
  /** Seconds of the requests of the warm-up, in order; they count nowhere. */
  warmUp: z.partialRecord(Side, z.array(z.number())),
  /** In the order measured. Requests of one pair had the same prompts. */
  requests: z.array(z.strictObject({ pair: z.int().nonnegative(), side: Side, ...RequestTiming.shape })),
  /** Half width of the 95 % interval that decides, relative to its value. */
  noise: z.number(),
  machine: MachineState,
  /** Other work had its hands on the machine, or the noise stayed high through all repetitions. */
  disturbed: z.boolean(),
});
export type LoadSamples = z.infer<typeof LoadSamples>;

/** Bytes of resident set: when only the engine was there, and at the peak of the candidate's work. */
export const MemorySamples = z.strictObject({ before: z.int().nonnegative(), peak: z.int().nonnegative() });
export type MemorySamples = z.infer<typeof MemorySamples>;

/** The `samples` artifact of a performance evaluation: every single timing, and where it was taken. */
export const PerformanceSamples = z.strictObject({
  schemaVersion: z.literal(1),
  hardware: HardwareFingerprint,
  seed: z.int(),
  memory: MemorySamples,
  loads: z.array(LoadSamples),
});
export type PerformanceSamples = z.infer<typeof PerformanceSamples>;
