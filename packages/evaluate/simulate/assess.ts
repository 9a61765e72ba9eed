import {
  judge,
  type Judgement,
  type MetricRequirement,
  planRound,
  type Requirement,
  type Scenario,
  type Selection,
  surelyBetter,
  type Trial,
} from '@quantloop/core';
import type { Evidence } from './evidence.ts';
import { type Played, runCampaign } from './run-campaign.ts';
import { trueRow } from './true-row.ts';
import { drawWorld, type World } from './world.ts';

/** What came of one campaign, raced and measured whole. */
export interface Assessment {
  raced: Played;
  whole: Played;
  /** Models × targets × scenarios. */
  places: number;
  /** Selected trials, and those of them that truly violate the requirements. */
  selected: number;
  wrongSelected: number;
  /** Verdicts of single limits that pass, and those of them where the truth lies beyond the limit. */
  passes: number;
  wrongPasses: number;
  /** Places where both select the same, or nothing. */
  same: number;
  /** Where no objective tells what they select apart by the whole measurement. */
  tied: number;
  /** Where the whole measurement leaves open whether what was selected meets the requirements. */
  undecided: number;
  other: { place: string; raced: string; whole: string }[];
}

/** @param changes to every limit of the requirements */
export function assess(seed: number, changes: Pick<MetricRequirement, 'confidence'> = {}): Assessment {
  const drawn = drawWorld(seed);
  const requirements = withChanges(drawn.campaign.requirements, changes);
  const world: World = { ...drawn, campaign: { ...drawn.campaign, requirements } };
  const { campaign } = world;
  const evidence = new Map<string, Evidence>();
  const raced = runCampaign(world, { race: 'auto', refine: 'off' }, evidence);
  const whole = runCampaign(world, { race: 'off', refine: 'off' }, evidence);
  const rows = trueRows(world);
  const wholeRows = new Map(whole.trials.map((trial) => [trial.id, trial]));
  const counts = { selected: 0, wrongSelected: 0, passes: 0, wrongPasses: 0, same: 0, tied: 0, undecided: 0 };
  const other: Assessment['other'] = [];

  for (const [id, scenarios] of Object.entries(raced.decision.verdicts)) {
    for (const [name, verdicts] of Object.entries(scenarios)) {
      const truth = trueJudgement(id, name).verdicts;
      verdicts.forEach(({ result }, i) => {
        if (result !== 'pass') return;
        counts.passes += 1;
        if (truth[i]!.result === 'fail') counts.wrongPasses += 1;
      });
    }
  }
  for (const { trial, scenario } of raced.decision.selections) {
    counts.selected += 1;
    if (trueJudgement(trial, scenario).result === 'fail') counts.wrongSelected += 1;
  }
  const places = campaign.models.flatMap(({ id: model }) =>
    campaign.targets.flatMap(({ id: target }) =>
      campaign.performance.map(({ name }) => ({ model, target, scenario: name })),
    ),
  );
  for (const place of places) {
    const at = (selection: Selection) =>
      selection.model === place.model &&
      selection.target === place.target &&
      selection.scenario === place.scenario;
    const ours = raced.decision.selections.find(at)?.trial;
    const theirs = whole.decision.selections.find(at)?.trial;
    if (ours === theirs) counts.same += 1;
    else if (ours !== undefined && theirs !== undefined && areTied(ours, theirs, place.scenario))
      counts.tied += 1;
    else if (ours !== undefined && isOpen(ours, place.scenario)) counts.undecided += 1;
    else
      other.push({ place: Object.values(place).join('/'), raced: ours ?? 'none', whole: theirs ?? 'none' });
  }
  return { raced, whole, places: places.length, ...counts, other };

  function trueJudgement(id: string, scenario: string): Judgement {
    return judged(rows, id, scenario);
  }

  function isOpen(id: string, scenario: string): boolean {
    return judged(wholeRows, id, scenario).result === 'inconclusive';
  }

  function judged(of: ReadonlyMap<string, Trial>, id: string, name: string): Judgement {
    const { requirements, performance: scenarios } = campaign;
    const trial = of.get(id)!;
    const baseline = of.get(`${trial.model}.${trial.target}.baseline`)!.metrics;
    return judge({ requirements, trial, baseline, scenario: scenarioOf(name), scenarios });
  }

  function areTied(ours: string, theirs: string, name: string): boolean {
    const [a, b] = [wholeRows.get(ours)!, wholeRows.get(theirs)!];
    return [
      { rival: a, trial: b },
      { rival: b, trial: a },
    ].every((pair) => {
      const advantage = surelyBetter({ campaign, scenario: scenarioOf(name), ...pair });
      return advantage === undefined || advantage === 'name';
    });
  }

  function scenarioOf(name: string): Scenario {
    return campaign.performance.find((scenario) => scenario.name === name)!;
  }
}

function withChanges(requirement: Requirement, changes: Pick<MetricRequirement, 'confidence'>): Requirement {
  const inside = (parts: Requirement[]) => parts.map((part) => withChanges(part, changes));
  if ('all' in requirement) return { all: inside(requirement.all) };
  if ('any' in requirement) return { any: inside(requirement.any) };
  return { ...requirement, ...changes };
}

function trueRows({ campaign, truths }: World): Map<string, Trial> {
  return new Map(
    planRound(campaign).map(({ trial }) => {
      const base = truths.get(`${trial.model}.${trial.target}.baseline`)!;
      return [trial.id, trueRow(campaign, trial, truths.get(trial.id)!, base)];
    }),
  );
}
