/** The entry of the workflow bundle: every workflow a quantloop control worker runs. */
export { campaignWorkflow, progressQuery } from './campaign-workflow.ts';
export { nightWorkflow } from './night-workflow.ts';
export { trialWorkflow } from './trial-workflow.ts';
