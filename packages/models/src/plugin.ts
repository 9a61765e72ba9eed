import { stageActivity } from '@quantloop/jobs';
import { SimplePlugin } from '@temporalio/plugin';
import { importStage } from './activities.ts';

/** Temporal plugin with the activity `importModel`. `storeRoot` is the folder of the artifact store. */
export function models(options: { storeRoot: string }): SimplePlugin {
  return new SimplePlugin({
    name: 'quantloop.models',
    activities: { [importStage.name]: stageActivity(importStage, options) },
  });
}
