import type { Campaign } from '../../campaign/campaign.ts';
import { predictedJobs } from './predicted-jobs.ts';
import { predictedSize } from './predicted-size.ts';
import type { PlanFacts, Prediction } from './prediction.ts';

/**
 * Bytes allowed for what a process that measures takes beside the weights, where none was measured: runtime, buffers,
 * scores. With the demo model on Linux x64 it is 170 MiB.
 */
const BESIDE_WEIGHTS = 300 * 2 ** 20;

/**
 * What a campaign will take, from what is known before it begins. What is not known is left open, never guessed; what the
 * store holds already is not taken off.
 */
export function predictCampaign(campaign: Campaign, facts: PlanFacts): Prediction {
  const { models, targets, candidates, budget } = campaign;
  const pairs = models.length * targets.length;
  const grid = pairs * candidates.length;
  const jobs = predictedJobs(campaign, facts.jobs);
  const sizes = models.map(({ id }) => predictedSize(campaign, id, facts.sizes[id]));
  // One source under two names is imported once.
  const sources = new Map(models.map(({ id, source }) => [source, facts.sizes[id]]));
  return {
    trials: {
      baselines: pairs,
      grid,
      atMost: pairs + Math.max(grid, budget.rounds > 1 ? furthest(campaign) : grid),
    },
    time: {
      jobs,
      seconds: sum(jobs.map(({ jobs: count, each }) => count * (each ?? 0))),
      complete: jobs.every(({ each }) => each !== null),
    },
    disk: {
      models: sizes,
      bytes: sum(sizes.map(({ imported, quantized }) => (imported ?? 0) + (quantized ?? 0))),
      complete: models.every(({ id }) => facts.sizes[id] !== undefined),
      certain: sum([...sources.values()].map((size) => size?.written ?? 0)),
      ...facts.disk,
    },
    memory: predictedMemory(campaign, facts),
  };
}

/** Trials of all rounds together, as the budget limits them. */
function furthest({ budget, models }: Campaign): number {
  return Math.min(budget.trials, (budget.perModel.trials ?? Infinity) * models.length);
}

function predictedMemory({ models }: Campaign, { sizes, jobs, memory }: PlanFacts): Prediction['memory'] {
  const known = models.flatMap(({ id: model }) => {
    const size = sizes[model];
    return size === undefined ? [] : [{ model, weights: size.bytes }];
  });
  if (known.length === 0) return null;
  const { model, weights } = known.reduce((most, each) => (each.weights > most.weights ? each : most));
  const peaks = jobs.flatMap((job) => (job.model === model && job.peak !== undefined ? [job.peak] : []));
  const peak = peaks.length > 0 ? Math.max(...peaks) : weights + BESIDE_WEIGHTS;
  return { model, weights, peak, from: peaks.length, available: memory ?? null };
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
