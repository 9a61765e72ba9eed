import type { Effort } from '../../board/evidence.ts';
import type { Campaign } from '../../campaign/campaign.ts';
import type { Scenario } from '../../campaign/scenario.ts';
import type { Judgement } from '../../decide/judge.ts';
import { objectiveChain, readObjective } from '../../decide/prefer.ts';
import { compareOn } from '../../decide/surely-better.ts';
import { evidenceOf } from '../evidence-of.ts';
import { type Evidence, nextEffort, scheduleOf } from './schedule.ts';
import type { Group, Standing } from './standings.ts';

/** The next look at a trial that may yet be selected; undefined where none would tell more. */
export function nextLook(campaign: Campaign, group: Group, standing: Standing): Effort | undefined {
  const schedule = scheduleOf(campaign, group.baseline);
  const { trial, begun, closed, open, onFront } = standing;
  if (closed) return undefined;
  if (!begun) return nextEffort(schedule);
  // Given up before, for a rival or by requirements that hold no more.
  if (trial.status === 'stopped') return trial.effort ?? nextEffort(schedule);
  const wanted = new Set<Evidence>(
    open.flatMap(({ scenario, judgement }) =>
      judgement.result === 'pass' ? separating(scenario) : undecided(judgement, campaign),
    ),
  );
  if (onFront) wanted.add('documents');
  const efforts = (['documents', 'repetitions'] as const)
    .filter((more) => wanted.has(more))
    .map((more) => nextEffort(schedule, { effort: trial.effort, more }));
  return efforts.find((effort) => effort !== undefined);

  /** Whether more documents may tell it apart from others that meet the requirements as well. */
  function separating(scenario: Scenario): Evidence[] {
    const others = group.rivals.filter(
      (rival) => rival.scenario === scenario.name && rival.trial.id !== trial.id,
    );
    const close = others.some(({ trial: rival }) => {
      for (const objective of objectiveChain(campaign.objectives)) {
        const { metric, smallest } = readObjective(objective, scenario);
        const standing = compareOn(metric, smallest, { campaign, rival, trial });
        if (standing !== 'tied') return standing === 'open';
      }
      return false;
    });
    return close ? ['documents'] : [];
  }
}

/** What the verdicts that stand between a trial and acceptance rest on. */
function undecided({ binding }: Judgement, { performance }: Campaign): Evidence[] {
  return binding
    .filter(({ result, observed }) => result === 'inconclusive' && observed !== null)
    .map(({ metric }) => evidenceOf(metric, performance))
    .filter((evidence) => evidence !== 'fixed');
}
