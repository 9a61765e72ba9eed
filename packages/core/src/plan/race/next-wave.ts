import type { Board } from '../../board/board.ts';
import type { Campaign } from '../../campaign/campaign.ts';
import { objectiveChain, prefer, readObjective } from '../../decide/prefer.ts';
import type { Rival } from '../../decide/surely-better.ts';
import { modelBudgetSpent } from '../budget.ts';
import type { Look, Step } from '../step.ts';
import { nextLook } from './next-look.ts';
import { byPromise } from './promise.ts';
import type { Group, Standing } from './standings.ts';

/** Looks on one target before the next are thought about: enough to prepare some while one is measured. */
const WAVE = 4;

/** The looks worth taking next, the most promising first, and the trials that no look could get selected any more. */
export function nextWave(
  campaign: Campaign,
  board: Board,
  groups: readonly Group[],
): Pick<Extract<Step, { kind: 'measure' }>, 'looks' | 'givenUp'> {
  const races = campaign.search.race === 'auto';
  const order = byPromise(campaign, board, groups);
  const open: { standing: Standing; look: Look }[] = [];
  const givenUp: { trial: string; reason: string }[] = [];
  for (const group of groups) {
    const rivals = campaign.front === undefined ? bestOf(campaign, group) : [];
    for (const standing of group.standings) {
      const { trial, begun, undecided, hopeless } = standing;
      if (races && hopeless !== undefined) {
        if (undecided || !begun) givenUp.push({ trial: trial.id, reason: hopeless });
        continue;
      }
      const effort = races || !begun ? nextLook(campaign, group, standing) : undefined;
      if (effort === undefined || modelBudgetSpent(campaign, board.spent, trial.model) !== undefined)
        continue;
      open.push({ standing, look: { trial: trial.id, effort, ...(races && { rivals }) } });
    }
  }
  open.sort((a, b) => order(a.standing, b.standing));
  const looks = campaign.targets.flatMap(({ id }) =>
    open.filter(({ standing }) => standing.trial.target === id).slice(0, races ? WAVE : open.length),
  );
  return { looks: looks.map(({ look }) => look), givenUp };
}

/** Whoever would be selected now, in each scenario, with no more than it takes to compare with them. */
function bestOf(campaign: Campaign, { rivals }: Group): Rival[] {
  return campaign.performance.flatMap((scenario) => {
    const trials = rivals.filter(({ scenario: name }) => name === scenario.name).map(({ trial }) => trial);
    if (trials.length === 0) return [];
    const { objectives } = campaign;
    const { winner } = prefer({ trials, objectives, scenario });
    const metrics = objectiveChain(objectives).map((objective) => readObjective(objective, scenario).metric);
    const { id, label, recipe, simulated, effort } = winner;
    const shown = Object.entries(winner.metrics).filter(([metric]) => metrics.includes(metric));
    const trial = { id, label, recipe, simulated, effort, metrics: Object.fromEntries(shown) };
    return [{ scenario: scenario.name, trial }];
  });
}
