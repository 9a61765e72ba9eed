import type { Budget } from '../campaign/campaign.ts';
import type { CampaignFile } from '../campaign/campaign-file.ts';
import type { SpecIssue } from '../errors/invalid-spec.ts';

/** Rounds of a campaign that refines and names no number. */
const REFINING_ROUNDS = 3;

/** Hours become seconds, what is left out has no limit. */
export function resolveBudget({ budget, search }: CampaignFile): Budget {
  const { perModel } = budget;
  const seconds = (hours: number | undefined) => (hours === undefined ? null : hours * 3600);
  return {
    trials: budget.trials,
    rounds: budget.rounds ?? (search.refine === 'auto' ? REFINING_ROUNDS : 1),
    wallClock: budget.wallClock?.value ?? null,
    device: seconds(budget.deviceHours),
    perModel: {
      trials: perModel.trials ?? null,
      wallClock: perModel.wallClock?.value ?? null,
      device: seconds(perModel.deviceHours),
    },
  };
}

/** What the grid of so many recipes cannot keep. */
export function budgetIssues({ budget, models, targets }: CampaignFile, recipes: number): SpecIssue[] {
  const ofModel = recipes * targets.length;
  const issue = (path: string[], made: string, limit: number): SpecIssue => ({
    path: ['budget', ...path],
    message: `the recipes make ${made}, more than the budget of ${limit}.`,
    hint: `Raise ${['budget', ...path].join('.')} or name fewer recipes.`,
  });
  const trials = ofModel * models.length;
  const issues: SpecIssue[] = [];
  if (trials > budget.trials) issues.push(issue(['trials'], `${trials} trials`, budget.trials));
  const { trials: each } = budget.perModel;
  if (each !== undefined && ofModel > each) {
    issues.push(issue(['perModel', 'trials'], `${ofModel} trials of each model`, each));
  }
  return issues;
}
