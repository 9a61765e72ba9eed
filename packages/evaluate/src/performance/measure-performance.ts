import type { Checkpoint } from '@quantloop/artifacts';
import type { Engine as EngineSpec, Scenario } from '@quantloop/core';
import type { Progress } from '@quantloop/jobs';
import type { z } from 'zod';
import type { Engine, OpenModel } from '../engines/engine.ts';
import { drawRequests } from './draw-requests.ts';
import { knownLoad, pairsOf } from './known-load.ts';
import { burst, type Load } from './load.ts';
import { measureLoad, type MeasureLoadOptions } from './measure-load.ts';
import { loadsOf, nextLoad, requireOwnNames } from './next-load.ts';
import { patience } from './machine/patience.ts';
import { watchMachine } from './machine/watch-machine.ts';
import { largerPeak } from './memory/larger-peak.ts';
import { measureMemory } from './memory/measure-memory.ts';
import { LoadSamples, MemorySamples, type PerformanceSamples } from './performance-samples.ts';
import { promptSources, type PromptSourceOptions } from './prompt-source.ts';

export interface MeasurePerformanceOptions
  extends Pick<MeasureLoadOptions, 'clock' | 'watch'>, Pick<PromptSourceOptions, 'readTexts'> {
  engine: Pick<Engine, 'open'>;
  spec: EngineSpec;
  scenarios: readonly Scenario[];
  seed: number;
  /** What an earlier look measured of the same; asked for once the memory is measured, of which asking may take some. */
  known?: (() => Promise<Pick<PerformanceSamples, 'memory' | 'loads'> | undefined>) | undefined;
  /** Model folders. */
  candidate: string;
  baseline?: string | undefined;
  /**
   * Seconds that the job waits in all for the machine to become quiet, where other work disturbs it; where it does not, half as
   * many of measuring are added to each load. @default 0
   */
  patience?: number;
  checkpoint: Checkpoint;
  signal: AbortSignal;
  progress: (progress: Progress) => void;
  /** Told how many finished blocks were taken over from the checkpoint. */
  resumed: (blocks: number) => void;
}

/**
 * Measures a model under every load, alternating with the baseline where there is one; `loads` by scenario. The candidate works alone in
 * the process first, so that the peak of memory is its own. Each finished load is a block of the checkpoint.
 */
export async function measurePerformance(
  options: MeasurePerformanceOptions,
): Promise<{ memory: MemorySamples; loads: LoadSamples[][] }> {
  const { engine, spec, scenarios, seed, checkpoint, signal, progress, watch = watchMachine } = options;
  requireOwnNames(scenarios);
  const sources = await promptSources({ ...options, folder: options.candidate });
  const drawing = (scenario: Scenario, load: Load) => (request: number) =>
    drawRequests({ load, request, seed, source: sources.get(scenario)! });
  options.resumed((await checkpoint.names()).length);

  const { patience: seconds = 0 } = options;
  const untilQuiet = patience({ seconds, watch, signal });

  let candidate: OpenModel | undefined;
  let baseline: OpenModel | undefined;
  try {
    let memory = await restore(checkpoint, 'memory', MemorySamples);
    if (memory === undefined) {
      memory = await measureMemory(async () => {
        const model = (candidate = await engine.open({ folder: options.candidate, spec }));
        for (const scenario of scenarios) {
          signal.throwIfAborted();
          const load = loadsOf(scenario).at(-1)!;
          const draw = drawing(scenario, load);
          const rows = Array.from({ length: burst(load) }, (_, i) => draw(i)).flat();
          await Promise.all(rows.map((row) => model.generate({ ...row, signal })));
        }
      });
      await keep(checkpoint, 'memory', memory);
    }
    const earlier = await options.known?.();
    const total = scenarios.flatMap(loadsOf).reduce((sum, load) => sum + requestsOf(load), 0);
    let done = 0;
    const loads: LoadSamples[][] = [];
    for (const scenario of scenarios) {
      const measured: LoadSamples[] = [];
      for (let load = nextLoad(scenario, []); load !== undefined; load = nextLoad(scenario, measured)) {
        let samples = await restore(checkpoint, load.name, LoadSamples);
        const known = knownLoad(earlier?.loads ?? [], load);
        if (samples === undefined && known.results !== undefined) {
          const pairs = pairsOf(known.results);
          if (pairs >= measurementsOf(load)) samples = { ...known.results, takenOver: pairs };
        }
        if (samples === undefined) {
          candidate ??= await engine.open({ folder: options.candidate, spec });
          if (options.baseline !== undefined) {
            baseline ??= await engine.open({ folder: options.baseline, spec });
          }
          const { name } = load;
          const requests = requestsOf(load);
          const each = load.kind === 'server' ? load.requests : 1;
          samples = await measureLoad({
            ...options,
            watch,
            untilQuiet,
            insistence: seconds / 2,
            load,
            known,
            candidate,
            baseline,
            draw: drawing(scenario, load),
            onPair: (pairs) =>
              progress({
                done: done + Math.min(pairs * each, requests),
                total,
                unit: 'requests',
                note: name,
              }),
          });
          await keep(checkpoint, name, samples);
        }
        measured.push(samples);
        done += requestsOf(load);
      }
      loads.push(measured);
    }
    return { memory: largerPeak(memory, earlier?.memory), loads };
  } finally {
    await Promise.all([candidate?.release(), baseline?.release()]);
  }
}

/** Rounds, batches or requests of each model, unless more are needed. */
const measurementsOf = (load: Load): number => (load.kind === 'server' ? load.repetitions : load.requests);

/** Requests or batches of each model. */
const requestsOf = (load: Load): number =>
  load.kind === 'server' ? load.requests * load.repetitions : load.requests;

async function restore<T>(
  checkpoint: Checkpoint,
  name: string,
  schema: z.ZodType<T>,
): Promise<T | undefined> {
  const bytes = await checkpoint.read(name);
  return bytes === undefined ? undefined : schema.parse(JSON.parse(new TextDecoder().decode(bytes)));
}

async function keep(checkpoint: Checkpoint, name: string, block: unknown): Promise<void> {
  await checkpoint.write(name, new TextEncoder().encode(JSON.stringify(block)));
}
