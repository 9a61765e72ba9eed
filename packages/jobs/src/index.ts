export { defineStage, type Stage, type StageOptions } from './stage.ts';
export { jobModule } from './job-module.ts';
export type { JobContext, Progress } from './job-context.ts';
export { recallStage, runStage, type RunStageOptions } from './run-stage.ts';
export { stageKey } from './stage-key.ts';
export { stageActivity, type StageHeartbeat } from './stage-activity.ts';
export { storeActivity } from './store-activity.ts';
export { toApplicationFailure } from './to-application-failure.ts';
export { withMachine, type MachineLeaseOptions, type MachineUse } from './machine-lease.ts';
