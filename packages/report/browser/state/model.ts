import {
  decide,
  limitOf,
  limitsIn,
  rejected,
  withLimits,
  type Campaign,
  type Decision,
  type Quantity,
} from '@quantloop/core';
import { computed, signal } from '@preact/signals';
import type { PageFacts } from '../../src/page/page-facts.ts';
import { reportView } from '../../src/view/report-view.ts';
import { picked } from './address.ts';

const limits = picked('limits');

/** What the page carries; set once, before anything is shown. */
export const facts = signal<PageFacts>(undefined as unknown as PageFacts);

/** As it was decided. */
export const decidedView = computed(() => {
  const { decision } = facts.value;
  // What was selected is told with its reasons; the rest follows from the trials.
  return viewBy(facts.value.campaign, decision);
});

/** The limits that the reader moved; the same object as long as they are the same. */
const moved = computed(() => {
  const known = limitsIn(facts.value.campaign.requirements);
  return JSON.stringify(Object.entries(limits.value).filter(([index]) => Number(index) < known.length));
});

/** How many limits the reader moved. */
export const movedLimits = computed(() => (JSON.parse(moved.value) as unknown[]).length);

/** As it is, or as it would be with the limits that the reader moved: judged by the code that judged the campaign. */
export const view = computed(() => {
  if (movedLimits.value === 0) return decidedView.value;
  const limits = Object.fromEntries(JSON.parse(moved.value) as [string, number][]);
  const { campaign } = facts.value;
  const changed = limitsIn(campaign.requirements).map((requirement, index): Quantity => {
    const { limit } = limitOf(requirement);
    return { ...limit, value: limits[index] ?? limit.value };
  });
  return viewBy({ ...campaign, requirements: withLimits(campaign.requirements, changed) }, {});
});

function viewBy(campaign: Campaign, told: Partial<Decision>) {
  const { trials, decision, ...run } = facts.value;
  const verdicts = decide(campaign, trials, { rejected: rejected(decision.acts) });
  return reportView({ ...run, campaign, trials, decision: { ...decision, ...verdicts, ...told } });
}
