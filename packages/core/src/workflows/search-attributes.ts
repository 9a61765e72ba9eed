import { defineSearchAttributeKey, type SearchAttributePair } from '@temporalio/common';

/** What campaigns and their trials can be found by in Temporal, where the namespace has these. */
export const SEARCH_ATTRIBUTES = {
  campaign: defineSearchAttributeKey('QuantloopCampaign', 'KEYWORD'),
  model: defineSearchAttributeKey('QuantloopModel', 'KEYWORD_LIST'),
  target: defineSearchAttributeKey('QuantloopTarget', 'KEYWORD_LIST'),
  /** Of a campaign that has decided: the decision's outcome. Of a trial that has ended: its status. */
  outcome: defineSearchAttributeKey('QuantloopOutcome', 'KEYWORD'),
} as const;

/** Temporal takes two KiB for each; what encodes the names is counted, too. */
const BYTES = 1900;

/** What is known at the start. Of names that are too many, those that fit. */
export function searchAttributesOf(what: {
  campaign: string;
  models: readonly string[];
  targets: readonly string[];
}): SearchAttributePair[] {
  const { campaign, model, target } = SEARCH_ATTRIBUTES;
  return [
    { key: campaign, value: what.campaign },
    { key: model, value: fitting(what.models) },
    { key: target, value: fitting(what.targets) },
  ];
}

function fitting(names: readonly string[]): string[] {
  let left = BYTES;
  // In JSON, two quotes and a comma come with each.
  return names.filter((name) => (left -= name.length + 3) >= 0);
}
