import { stageActivity } from '@quantloop/jobs';
import { SimplePlugin } from '@temporalio/plugin';
import { quantizeStage } from './activities.ts';

/** Temporal plugin with the activity `quantizeModel`. `storeRoot` is the folder of the artifact store. */
export function quantize(options: { storeRoot: string }): SimplePlugin {
  return new SimplePlugin({
    name: 'quantloop.quantize',
    activities: { [quantizeStage.name]: stageActivity(quantizeStage, options) },
  });
}
