import { upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import { SEARCH_ATTRIBUTES, searchAttributesOf } from './search-attributes.ts';

/**
 * Whether this workflow was started with search attributes. A namespace that lacks them would refuse to be given any, and
 * the workflow would stand still; who starts a campaign knows.
 */
export function isListed(): boolean {
  return workflowInfo().typedSearchAttributes.get(SEARCH_ATTRIBUTES.campaign) !== undefined;
}

/** Start options of a trial's workflow, listed where its campaign is. */
export function trialListing({ model, target }: { model: string; target: string }) {
  const campaign = workflowInfo().typedSearchAttributes.get(SEARCH_ATTRIBUTES.campaign);
  if (campaign === undefined) return {};
  return { typedSearchAttributes: searchAttributesOf({ campaign, models: [model], targets: [target] }) };
}

/** Adds what came of it. */
export function listOutcome(outcome: string): void {
  if (isListed()) upsertSearchAttributes([{ key: SEARCH_ATTRIBUTES.outcome, value: outcome }]);
}
