import type { Checkpoint } from '@quantloop/artifacts';
import { QuantloopError, type Engine as EngineSpec, type Scenario } from '@quantloop/core';
import type { Progress } from '@quantloop/jobs';
import type { z } from 'zod';
import type { Engine, OpenModel } from '../engines/engine.ts';
import { drawPrompts } from './draw-prompts.ts';
import { loadsOf, type Load } from './load.ts';
import { measureLoad } from './measure-load.ts';
import { peakResidentBytes } from './peak-memory.ts';
import { LoadSamples, MemorySamples } from './performance-samples.ts';
import { readPromptVocabulary, type PromptVocabulary } from './prompt-vocabulary.ts';

export interface MeasurePerformanceOptions {
  engine: Pick<Engine, 'open'>;
  spec: EngineSpec;
  scenarios: readonly Scenario[];
  seed: number;
  /** Model folders. */
  candidate: string;
  baseline?: string | undefined;
  checkpoint: Checkpoint;
  signal: AbortSignal;
  progress: (progress: Progress) => void;
  /** Told how many finished blocks were taken over from the checkpoint. */
  resumed: (blocks: number) => void;
}

/**
 * Measures a model under every load, alternating with the baseline where there is one. The candidate works alone in
 * the process first, so that the peak of memory is its own. Each finished load is a block of the checkpoint.
 */
export async function measurePerformance(
  options: MeasurePerformanceOptions,
): Promise<{ memory: MemorySamples; loads: LoadSamples[] }> {
  const { engine, spec, seed, checkpoint, signal, progress } = options;
  const loads = loadsOf(options.scenarios);
  const vocabulary = await readPromptVocabulary(options.candidate);
  for (const load of loads) requireRoom(load, vocabulary);
  const prompts = (load: Load) => (request: number) =>
    drawPrompts({ load, request, seed, ids: vocabulary.ids });

  let memory = await restore(checkpoint, 'memory', MemorySamples);
  const measured = await Promise.all(loads.map((load) => restore(checkpoint, load.name, LoadSamples)));
  options.resumed([memory, ...measured].filter((block) => block !== undefined).length);

  let candidate: OpenModel | undefined;
  let baseline: OpenModel | undefined;
  try {
    if (memory === undefined) {
      const before = await peakResidentBytes();
      candidate = await engine.open({ folder: options.candidate, spec });
      for (const load of loads.filter(({ largestBatch }) => largestBatch)) {
        const { newTokens } = load;
        const rows = prompts(load)(0).map((prompt) => candidate!.generate({ prompt, newTokens, signal }));
        await Promise.all(rows);
      }
      memory = { before, peak: await peakResidentBytes() };
      await keep(checkpoint, 'memory', memory);
    }
    const total = loads.reduce((sum, load) => sum + load.requests, 0);
    let done = 0;
    for (const [i, load] of loads.entries()) {
      if (measured[i] === undefined) {
        candidate ??= await engine.open({ folder: options.candidate, spec });
        if (options.baseline !== undefined)
          baseline ??= await engine.open({ folder: options.baseline, spec });
        const onPair = (pairs: number) =>
          progress({ done: done + Math.min(pairs, load.requests), total, unit: 'requests', note: load.name });
        measured[i] = await measureLoad({
          load,
          candidate,
          baseline,
          prompts: prompts(load),
          signal,
          onPair,
        });
        await keep(checkpoint, load.name, measured[i]);
      }
      done += load.requests;
    }
  } finally {
    await Promise.all([candidate?.release(), baseline?.release()]);
  }
  return { memory, loads: measured.map((samples) => samples!) };
}

function requireRoom(load: Load, { contextLength }: PromptVocabulary): void {
  const tokens = load.promptTokens + load.newTokens;
  if (contextLength === undefined || tokens <= contextLength) return;
  throw new QuantloopError({
    code: 'invalid-spec',
    message: `scenario "${load.scenario}" needs ${tokens} tokens (${load.promptTokens} prompt + ${load.newTokens} new), the model has room for ${contextLength}`,
    hint: 'Lower promptTokens or newTokens.',
  });
}

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
