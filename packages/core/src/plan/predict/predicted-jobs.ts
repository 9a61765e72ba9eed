import type { Campaign } from '../../campaign/campaign.ts';
import { groupBy } from '../group-by.ts';
import { median } from './median.ts';
import type { EarlierJob, PredictedJobs } from './prediction.ts';

/**
 * The jobs of a campaign's grid by stage, model and method, each trial looked at once. Recipes are carried out once for
 * all targets; evaluations on each target. Times are those of the same kind of job on the same model: nothing is scaled.
 */
export function predictedJobs(campaign: Campaign, earlier: readonly EarlierJob[]): PredictedJobs[] {
  const { candidates, targets } = campaign;
  const methods = [...groupBy(candidates, ({ recipe }) => recipe.method)];
  const looks = (candidates.length + 1) * targets.length;
  return campaign.models.flatMap(({ id: model }) => {
    const planned: Omit<PredictedJobs, 'each' | 'from'>[] = [
      { stage: 'importModel', model, jobs: 1 },
      ...(candidates.some(({ statistics }) => statistics)
        ? [{ stage: 'collectStatistics' as const, model, jobs: 1 }]
        : []),
      ...methods.map(([method, own]) => ({
        stage: 'quantizeModel' as const,
        model,
        method,
        jobs: own.length,
      })),
      { stage: 'evaluateFidelity', model, jobs: looks },
      { stage: 'evaluatePerformance', model, jobs: looks },
    ];
    return planned.map((kind) => {
      const same = earlier.filter(
        (job) => job.stage === kind.stage && job.model === model && job.method === kind.method,
      );
      return { ...kind, each: median(same.map(({ seconds }) => seconds)), from: same.length };
    });
  });
}
