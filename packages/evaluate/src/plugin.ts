import { stageActivity } from '@quantloop/jobs';
import { SimplePlugin } from '@temporalio/plugin';
import { fidelityStage } from './fidelity/fidelity-stage.ts';
import { performanceStage } from './performance/performance-stage.ts';

/** The evaluation stages as Temporal activities, for any worker that measures a target. */
export function evaluate(options: { storeRoot: string }): SimplePlugin {
  return new SimplePlugin({
    name: 'quantloop.evaluate',
    activities: {
      evaluateFidelity: stageActivity(fidelityStage, options),
      evaluatePerformance: stageActivity(performanceStage, options),
    },
  });
}
