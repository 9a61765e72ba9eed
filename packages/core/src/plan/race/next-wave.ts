import type { Board } from '../../board/board.ts';
import type { Campaign } from '../../campaign/campaign.ts';
import { hopeless } from '../../decide/hopeless.ts';
import { objectiveChain, objectiveMetrics } from '../../decide/read-objective.ts';
import type { Rival } from '../../decide/surely-better.ts';
import { modelBudgetSpent } from '../budget.ts';
import type { Look, Step } from '../step.ts';
import { nextLook } from './next-look.ts';
import { promiseOf } from './promise.ts';
import type { Group } from './standings.ts';

/** Looks on one target before the next are thought about: one is prepared while the other is measured. */
const WAVE = 2;

/** The looks worth taking next, the most promising first, and the trials that no look could get selected any more. */
export function nextWave(
  campaign: Campaign,
  board: Board,
  groups: readonly Group[],
): Pick<Extract<Step, { kind: 'measure' }>, 'looks' | 'givenUp'> {
  const races = campaign.search.race === 'auto';
  const promise = promiseOf(campaign, board, groups);
  const open: { look: Look; target: string; promise: number[] }[] = [];
  const givenUp: { trial: string; reason: string }[] = [];
  for (const group of groups) {
    const rivals = campaign.front === undefined ? inBrief(campaign, group) : [];
    for (const standing of group.standings) {
      const { trial, begun, undecided, hopeless: reason } = standing;
      if (races && reason !== undefined) {
        if (begun ? undecided : board.dismissed[trial.id] === undefined)
          givenUp.push({ trial: trial.id, reason });
        continue;
      }
      // The look would end where it begins.
      if (trial.status === 'stopped' && hopeless({ campaign, trial, baseline: group.baseline, rivals }))
        continue;
      const effort = races || !begun ? nextLook(campaign, group, standing) : undefined;
      if (effort === undefined || modelBudgetSpent(campaign, board.spent, trial.model) !== undefined)
        continue;
      const look: Look = { trial: trial.id, effort, ...(races && { rivals }) };
      open.push({ look, target: trial.target, promise: promise(standing) });
    }
  }
  open.sort((a, b) => compareAll(a.promise, b.promise) || (a.look.trial < b.look.trial ? -1 : 1));
  const looks = campaign.targets.flatMap(({ id }) =>
    open.filter(({ target }) => target === id).slice(0, races ? WAVE : open.length),
  );
  return { looks: looks.map(({ look }) => look), givenUp };
}

const compareAll = (a: readonly number[], b: readonly number[]): number =>
  a.map((value, i) => value - b[i]!).find((difference) => difference !== 0) ?? 0;

/** With no more of each than it takes to compare with it. */
function inBrief(campaign: Campaign, { leaders }: Group): Rival[] {
  return leaders.map(({ scenario: name, trial }) => {
    const scenario = campaign.performance.find((each) => each.name === name)!;
    const metrics = objectiveChain(campaign.objectives).flatMap((objective) =>
      objectiveMetrics(objective, scenario),
    );
    const { id, label, recipe, simulated, effort } = trial;
    const shown = Object.entries(trial.metrics).filter(([metric]) => metrics.includes(metric));
    return {
      scenario: name,
      trial: { id, label, recipe, simulated, ...(effort && { effort }), metrics: Object.fromEntries(shown) },
    };
  });
}
