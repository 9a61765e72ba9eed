import { stageActivity } from '@quantloop/jobs';
import { SimplePlugin } from '@temporalio/plugin';
import { quantizeStage } from './activities.ts';
import { statisticsStage } from './statistics/statistics-stage.ts';

/** Temporal plugin with the activities `collectStatistics` and `quantizeModel`. `storeRoot` is the folder of the artifact store. */
export function quantize(options: { storeRoot: string }): SimplePlugin {
  return new SimplePlugin({
    name: 'quantloop.quantize',
    activities: {
      [statisticsStage.name]: stageActivity(statisticsStage, options),
      [quantizeStage.name]: stageActivity(quantizeStage, options),
    },
  });
}
