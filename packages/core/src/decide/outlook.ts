import type { Metrics } from '../board/measurement.ts';
import type { Trial } from '../board/trial.ts';
import type { Campaign } from '../campaign/campaign.ts';
import type { Scenario } from '../campaign/scenario.ts';
import { judge, type Judgement } from './judge.ts';
import { HARDLY, prospect } from './prospect.ts';
import { type Advantage, type Rival, surelyBetter } from './surely-better.ts';

export interface OutlookOptions {
  campaign: Pick<Campaign, 'requirements' | 'performance' | 'objectives' | 'fidelity'>;
  /** With what is measured of it so far, and the effort of the look. */
  trial: Trial;
  /** Of the same model and target; undefined where it could not be measured. */
  baseline: Metrics | undefined;
  /** Whom it has to beat. */
  rivals: readonly Rival[];
  scenario: Scenario;
}

/**
 * What may become of a trial in a scenario: `passes` or `open` while it may be selected; else the requirements are
 * missed for certain (`fails`), further looks would hardly show them met (`hardly`), or a rival stays ahead (`behind`).
 */
export type Outlook =
  | { kind: 'passes' | 'open' | 'fails' | 'hardly'; judgement: Judgement }
  | { kind: 'behind'; judgement: Judgement; rival: Rival; by: Advantage };

/** What was not measured yet may still hold. */
export function outlook({ campaign, trial, baseline, rivals, scenario }: OutlookOptions): Outlook {
  const { requirements, performance: scenarios, fidelity } = campaign;
  const question = { requirements, trial, baseline, scenario, scenarios, unmeasured: 'open' as const };
  const judgement = judge(question);
  if (judgement.result === 'fail') return { kind: 'fails', judgement };
  if (judgement.result !== 'pass' && prospect({ ...question, fidelity }) < HARDLY) {
    return { kind: 'hardly', judgement };
  }
  for (const rival of rivals) {
    if (rival.scenario !== scenario.name || rival.trial.id === trial.id) continue;
    const by = surelyBetter({ campaign, scenario, rival: rival.trial, trial });
    if (by !== undefined) return { kind: 'behind', judgement, rival, by };
  }
  return { kind: judgement.result === 'pass' ? 'passes' : 'open', judgement };
}
