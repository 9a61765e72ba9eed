import { version as nodeVersion } from 'node:process';
import type { Metrics, Provenance } from '@quantloop/core';
import type { JobContext } from '@quantloop/jobs';
import { ENGINES } from '../engines/engines.ts';
import { allJsonLines } from '../fidelity/tasks/data/read-json.ts';
import { hardwareFingerprint } from '../hardware/hardware-fingerprint.ts';
import type { EvaluatePerformanceInput, EvaluatePerformanceOutput } from './evaluate-performance.ts';

import { measurePerformance } from './measure-performance.ts';
import { modelBytes } from './model-bytes.ts';
import type { PerformanceSamples } from './performance-samples.ts';
import { scenarioMeasurements } from './scenario-measurements.ts';
import { exactBytes } from './size-metrics.ts';

// Loaded with this module, so that a process kept ready for the job already has the native library.
await import('@quantloop/runtime');

/** The job of `performanceStage`: measures, stores every sample, and returns the metrics made of them. */
export async function run(
  input: EvaluatePerformanceInput,
  context: JobContext,
): Promise<EvaluatePerformanceOutput> {
  const { store, checkpoint, signal } = context;
  const { scenarios, seed, engine: spec } = input;
  const engine = ENGINES[spec.kind];
  const candidate = await store.folder(input.model);
  const baseline = input.baseline === undefined ? undefined : await store.folder(input.baseline);
  const { memory, loads: byScenario } = await measurePerformance({
    engine,
    spec,
    scenarios,
    seed,
    candidate,
    baseline,
    checkpoint,
    signal,
    readTexts: async (texts) => (await allJsonLines(await store.file(texts))).map(({ text }) => String(text)),
    progress: (progress) => context.progress(progress),
    resumed: (blocks) => context.resumed(blocks),
  });

  // After the measurement: asking nvidia-smi and loading other providers would count as the job's memory.
  const hardware = await hardwareFingerprint();
  const loads = byScenario.flat();
  const samples: PerformanceSamples = { schemaVersion: 2, hardware, seed, memory, loads };
  const metrics: Metrics = {
    ...Object.assign({}, ...scenarios.map((scenario, i) => scenarioMeasurements(scenario, byScenario[i]!))),
    'memory.peak': exactBytes(memory.peak, { convention: 'peak-resident-set' }),
    'model.bytes': exactBytes(await modelBytes(candidate), {
      convention: 'bytes-on-disk',
      baseline: baseline === undefined ? undefined : await modelBytes(baseline),
    }),
  };
  const facts = await engine.facts();
  const provenance: Provenance = {
    engine: `${facts.name} ${facts.version}`,
    provider: spec.provider,
    threads: spec.threads ?? hardware.cores,
    node: nodeVersion,
    cpu: hardware.cpu,
    gpu: hardware.gpus.map(({ name, driver }) => `${name} (driver ${driver})`).join(', ') || 'none',
    kernel: `${hardware.os} ${hardware.kernel}`,
    hardware: hardware.digest,
    seed,
    memoryBeforeLoad: memory.before,
    loadBefore: loads[0]!.machine.loadBefore,
    loadAfter: loads.at(-1)!.machine.loadAfter,
    foreignCpuShare: Math.max(...loads.map(({ machine }) => machine.foreignShare)),
    stealShare: Math.max(...loads.map(({ machine }) => machine.stealShare)),
    majorFaults: loads.reduce((sum, { machine }) => sum + machine.majorFaults, 0),
    noise: Math.max(...loads.map(({ noise }) => noise)),
    disturbed: loads.some(({ disturbed }) => disturbed),
  };
  return { metrics, samples: await store.putJson(samples), provenance };
}
