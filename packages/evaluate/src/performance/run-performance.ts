import { bytesOnDisk, type Engine as EngineSpec, type Metrics, type Provenance } from '@quantloop/core';
import type { JobContext } from '@quantloop/jobs';
import { modelBytes } from '@quantloop/onnx';
import { engineOf } from '../engines/engines.ts';
import { allJsonLines } from '../fidelity/tasks/data/read-json.ts';
import { hardwareFingerprint } from '../hardware/hardware-fingerprint.ts';
import { hardwareProvenance } from '../hardware/hardware-provenance.ts';
import { readKnown, type Known } from '../known/read-known.ts';
import { sourceOf } from '../known/result-source.ts';
import type { EvaluatePerformanceInput, EvaluatePerformanceOutput } from './evaluate-performance.ts';
import { measurePerformance } from './measure-performance.ts';
import { machineProvenance } from './machine/machine-provenance.ts';
import { patienceSeconds } from './machine/patience.ts';
import { memoryMetrics } from './memory/memory-metrics.ts';
import { PerformanceSamples, type SamplesSource } from './performance-samples.ts';
import { performanceStage } from './performance-stage.ts';
import { pooledProvenance } from './pooled-provenance.ts';
import { repeatScenario } from './repeat-scenario.ts';
import { scenarioMeasurements } from './scenario-measurements.ts';

// Loaded with this module, so that a process kept ready for the job already has the native library.
await import('@quantloop/runtime');

/** The job of `performanceStage`: measures, stores every sample, and returns the metrics made of them. */
export async function run(
  input: EvaluatePerformanceInput,
  context: JobContext,
): Promise<EvaluatePerformanceOutput> {
  const { store, checkpoint, signal } = context;
  const { seed, engine: spec, repetitions = 1 } = input;
  const scenarios = input.scenarios.map((scenario) => repeatScenario(scenario, repetitions));
  const engine = engineOf(spec);
  const candidate = await store.folder(input.model);
  const baseline = input.baseline === undefined ? undefined : await store.folder(input.baseline);
  let known: Known<PerformanceSamples> = {};
  const { memory, loads: byScenario } = await measurePerformance({
    engine,
    spec,
    scenarios,
    seed,
    candidate,
    baseline,
    known: async () => {
      known = await readKnown({
        known: input.known,
        schema: PerformanceSamples,
        source: await samplesSource(input),
        store,
      });
      return known.results;
    },
    patience: patienceSeconds(process.env),
    checkpoint,
    signal,
    readTexts: async (texts) => (await allJsonLines(await store.file(texts))).map(({ text }) => String(text)),
    progress: (progress) => context.progress(progress),
    resumed: (blocks) => context.resumed(blocks),
  });

  // After the measurement: asking nvidia-smi and loading other providers would count as the job's memory.
  const hardware = await hardwareFingerprint();
  const loads = byScenario.flat();
  const source = await samplesSource(input);
  const samples: PerformanceSamples = { schemaVersion: 3, source, hardware, seed, memory, loads };
  const metrics: Metrics = {
    ...Object.assign({}, ...scenarios.map((scenario, i) => scenarioMeasurements(scenario, byScenario[i]!))),
    ...(await memoryMetrics({ memory: isElsewhere(spec) ? undefined : memory, candidate, baseline })),
    'model.bytes': bytesOnDisk(
      await modelBytes(candidate),
      baseline === undefined ? undefined : await modelBytes(baseline),
    ),
  };
  const provenance: Provenance = {
    ...(await engine.provenance(spec)),
    ...hardwareProvenance(hardware),
    seed,
    memoryBeforeLoad: memory.before,
    ...machineProvenance(loads),
    ...pooledProvenance(loads, known.ignored),
  };
  return { metrics, samples: await store.putJson(samples), provenance };
}

async function samplesSource(input: EvaluatePerformanceInput): Promise<SamplesSource> {
  return {
    ...(await sourceOf(input, performanceStage)),
    baseline: input.baseline?.digest ?? null,
    hardware: (await hardwareFingerprint()).digest,
  };
}

/** A server that was running already: its processes are not known, it may be on another machine. */
const isElsewhere = (spec: EngineSpec) => spec.kind === 'openai' && spec.url !== undefined;
