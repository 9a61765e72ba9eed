import { stageActivity, storeActivity } from '@quantloop/jobs';
import { SimplePlugin } from '@temporalio/plugin';
import { quantizeStage } from './activities.ts';
import { prepareCandidates } from './candidates/prepare-candidates.ts';
import { sensitivityStage } from './sensitivity/sensitivity-stage.ts';
import { statisticsStage } from './statistics/statistics-stage.ts';

/**
 * Temporal plugin with the activities `collectStatistics`, `quantizeModel`, `scanSensitivity` and `prepareCandidates`.
 * `storeRoot` is the folder of the artifact store.
 */
export function quantize(options: { storeRoot: string }): SimplePlugin {
  return new SimplePlugin({
    name: 'quantloop.quantize',
    activities: {
      [statisticsStage.name]: stageActivity(statisticsStage, options),
      [quantizeStage.name]: stageActivity(quantizeStage, options),
      [sensitivityStage.name]: stageActivity(sensitivityStage, options),
      prepareCandidates: storeActivity('plan', options, prepareCandidates),
    },
  });
}
