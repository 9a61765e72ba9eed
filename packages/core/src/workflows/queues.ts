/** Workflows, and the writing of reports. */
export const CONTROL_QUEUE = 'quantloop-control';

/** Import and quantization: any machine with the store can do them. */
export const PREPARE_QUEUE = 'quantloop-prepare';

/** Measuring: only the machine (or machines) of that target. */
export function targetQueue(target: string): string {
  return `quantloop-target-${target}`;
}

/** Who works on a queue, as the identities of workers name it: `control`, `prepare`, or a target's id. */
export function roleOf(taskQueue: string): string {
  return taskQueue.replace(/^quantloop-(target-)?/, '');
}

/** One running campaign of a name at a time: Temporal keeps workflow ids unique. */
export function campaignWorkflowId(campaign: string): string {
  return `campaign-${campaign}`;
}

/** Also of the schedule. Temporal appends the time at which a night was due. */
export function nightWorkflowId(campaign: string): string {
  return `night-${campaign}`;
}
