import type { Quantity } from '../../campaign/quantity.ts';
import type { Scenario } from '../../campaign/scenario.ts';
import type { PresetName, WrittenLimit, WrittenRequirement } from '../../campaign/written-requirement.ts';
import { headlineLoad } from '../scenario-metrics.ts';

/**
 * What a preset stands for in a campaign with these scenarios.
 *
 * - `mlperf-99`, `mlperf-99.9`: every task keeps 99 % or 99.9 % of the baseline's score, as MLPerf Inference's closed
 *   division asks of its reference.
 * - `lossless`: every task keeps 99 %, and the mean over the tasks 99.5 %: what published 8-bit models call lossless
 *   ("Give Me BF16 or Give Me Death?", arXiv 2411.02355, has FP8 at 99.3 % and more).
 * - `chat`, `rag`, `completion`: guidellm's documented objectives at the 99th percentile, in every scenario that has
 *   latencies: TTFT ≤ 200 ms and ITL ≤ 50 ms; a request ≤ 3 s, TTFT ≤ 300 ms and ITL ≤ 100 ms; a request ≤ 2 s.
 */
export function presetRequirement(
  preset: PresetName,
  scenarios: readonly Scenario[],
): WrittenRequirement | undefined {
  if (preset === 'mlperf-99') return everyTaskKeeps(0.99);
  if (preset === 'mlperf-99.9') return everyTaskKeeps(0.999);
  if (preset === 'lossless') {
    return { all: [everyTaskKeeps(0.99), { metric: 'recovery.mean', min: plain(0.995) }] };
  }
  const all = scenarios.flatMap((scenario) => {
    const load = headlineLoad(scenario);
    if (load === undefined) return [];
    return LATENCIES[preset].map(([timing, seconds]): WrittenLimit => ({
      metric: `${load}.${timing}.p99`,
      max: { value: seconds, relative: false, dimension: 'duration' },
      scenarios: [scenario.name],
    }));
  });
  return all.length === 0 ? undefined : { all };
}

const plain = (value: number): Quantity => ({ value, relative: false });

const everyTaskKeeps = (share: number): WrittenLimit => ({ tasks: ['every'], minRecovery: plain(share) });

/** Seconds. */
const LATENCIES: Record<'chat' | 'rag' | 'completion', [timing: string, seconds: number][]> = {
  chat: [
    ['ttft', 0.2],
    ['itl', 0.05],
  ],
  rag: [
    ['e2e', 3],
    ['ttft', 0.3],
    ['itl', 0.1],
  ],
  completion: [['e2e', 2]],
};
