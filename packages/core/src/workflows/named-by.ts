/** What a workflow works on, as its id says. */
export interface NamedBy {
  campaign?: string;
  run?: string;
  trial?: string;
}

/**
 * The ids in a workflow's id: `campaign-<name>`, of a look at a trial `campaign-<name>/<run>/<trial>[/look-<n>]`, of a
 * night `night-<name>-<time>`. Nothing of other ones.
 */
export function namedBy(workflowId: string): NamedBy {
  const [first = '', run, trial] = workflowId.split('/');
  const campaign =
    /^campaign-(.+)$/.exec(first)?.[1] ?? /^night-(.+?)(-\d{4}-\d\d-\d\dT[\d:]+Z)?$/.exec(first)?.[1];
  if (campaign === undefined) return {};
  return { campaign, ...(run !== undefined && { run }), ...(trial !== undefined && { trial }) };
}
