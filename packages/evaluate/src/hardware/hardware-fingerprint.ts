import { constrainedMemory } from 'node:process';
import { arch, platform, release, totalmem } from 'node:os';
import { digestOfJson } from '@quantloop/artifacts';
import { z } from 'zod';
import { readCpu } from './cpu.ts';
import { readNvidiaGpus } from './nvidia.ts';
import { onnxRuntimeFacts } from './onnxruntime-facts.ts';

/** What decides how fast a model runs here: two machines with the same record may share each other's timings. */
export const HardwareFingerprint = z.strictObject({
  cpu: z.string(),
  /** Cores that the process may use, and therefore the default number of threads. */
  cores: z.int().positive(),
  features: z.array(z.string()),
  /** Bytes the process may use, rounded to 64 MiB: a kernel's own share differs from boot to boot. */
  memoryBytes: z.int().positive(),
  os: z.string(),
  arch: z.string(),
  kernel: z.string(),
  gpus: z.array(
    z.strictObject({
      name: z.string(),
      memoryBytes: z.number(),
      computeCapability: z.string(),
      driver: z.string(),
    }),
  ),
  onnxruntime: z.strictObject({ version: z.string(), providers: z.array(z.string()) }),
  /** `sha256:…` of all of the above. */
  digest: z.string(),
});
export type HardwareFingerprint = z.infer<typeof HardwareFingerprint>;

const MEMORY_STEP = 64 * 2 ** 20;

let known: Promise<HardwareFingerprint> | undefined;

/** This machine's fingerprint as far as this process may use it, read once. Equal on equal machines: no host name, no serial number. */
export function hardwareFingerprint(): Promise<HardwareFingerprint> {
  known ??= readFingerprint();
  return known;
}

async function readFingerprint(): Promise<HardwareFingerprint> {
  const [cpu, gpus] = await Promise.all([readCpu(), readNvidiaGpus()]);
  const onnxruntime = await onnxRuntimeFacts({ nvidia: gpus.length > 0 });
  const record = {
    cpu: cpu.model,
    cores: cpu.cores,
    features: cpu.features,
    memoryBytes: Math.max(1, Math.round(usableMemory() / MEMORY_STEP)) * MEMORY_STEP,
    os: platform(),
    arch: arch(),
    kernel: release(),
    gpus: gpus.map(({ index: _index, uuid: _uuid, ...gpu }) => gpu),
    onnxruntime: { version: onnxruntime.version, providers: onnxruntime.providers },
  };
  return { ...record, digest: digestOfJson(record) };
}

/** Bytes: the machine's memory, or the control group's limit where that is lower. */
export function usableMemory(): number {
  const limit = constrainedMemory();
  // An unlimited group reports 0 or a number near 2^64.
  return limit > 0 && limit < totalmem() ? limit : totalmem();
}
