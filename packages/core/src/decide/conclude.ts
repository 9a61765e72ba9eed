import type { Act } from '../board/act.ts';
import type { Trial } from '../board/trial.ts';
import type { Campaign } from '../campaign/campaign.ts';
import { inForce, rejected } from '../plan/in-force.ts';
import { decide } from './decide.ts';
import type { Decision, NotTried } from './decision.ts';
import { frontProgress } from './front-progress.ts';
import { overall } from './overall.ts';
import { smallestRelaxation, type Relaxation } from './relax.ts';
import { wouldChange } from './would-change.ts';

export interface ConcludeOptions {
  trials: readonly Trial[];
  /** What people did. */
  acts: readonly Act[];
  /** Milliseconds since 1970. */
  at: number;
  /** Why nothing more was tried. */
  ended: string;
  notTried: readonly NotTried[];
}

/**
 * The decision of a campaign that is at its end: by the requirements as people left them; where these admit nothing and
 * the campaign is to relax them by itself, by the smallest relaxation that admits a trial in each case, which then stands
 * in the record.
 */
export function conclude(campaign: Campaign, options: ConcludeOptions): Decision {
  const { trials, acts, at, ended, notTried } = options;
  const judged = inForce(campaign, acts);
  const decided = decide(judged, trials, { rejected: rejected(acts) });
  const relaxation =
    decided.outcome === 'selected' || campaign.onNoWinner !== 'relax'
      ? undefined
      : nextRelaxation(judged, trials, rejected(acts));
  if (relaxation === undefined) {
    const selections = decided.selections.map((selection) => {
      const own = eligible(trials, selection, rejected(acts));
      const change = wouldChange(judged, own, selection);
      return change === undefined ? selection : { ...selection, wouldChange: change };
    });
    const places = campaign.models.flatMap(({ id: model }) =>
      campaign.targets.map(({ id: target }) => ({ model, target })),
    );
    return {
      ...decided,
      selections,
      acts: [...acts],
      notTried: [...notTried],
      overall: places.map((place) => overall(judged, eligible(trials, place, rejected(acts)), place)),
      rounds: frontProgress(judged, trials),
      ended,
    };
  }
  const act: Act = {
    kind: 'relax',
    by: 'the campaign, by onNoWinner',
    at,
    requirements: relaxation.requirements,
    replaced: judged.requirements,
    reason: inWords(relaxation),
  };
  return conclude(campaign, { ...options, acts: [...acts, act] });
}

/** For the first model, target and scenario without a winner that a relaxation can give one. */
function nextRelaxation(
  campaign: Campaign,
  trials: readonly Trial[],
  out: ReadonlySet<string>,
): Relaxation | undefined {
  const { selections } = decide(campaign, trials, { rejected: out });
  for (const { id: model } of campaign.models) {
    for (const { id: target } of campaign.targets) {
      const own = eligible(trials, { model, target }, out);
      for (const { name } of campaign.performance) {
        const won = selections.some(
          (each) => each.model === model && each.target === target && each.scenario === name,
        );
        const relaxation = won ? undefined : smallestRelaxation(campaign, own, name);
        if (relaxation !== undefined) return relaxation;
      }
    }
  }
  return undefined;
}

/** The trials of a model on a target but for those that people rejected. */
function eligible(
  trials: readonly Trial[],
  { model, target }: Pick<Trial, 'model' | 'target'>,
  out: ReadonlySet<string>,
): Trial[] {
  return trials.filter((trial) => trial.model === model && trial.target === target && !out.has(trial.id));
}

function inWords({ label, scenario, changes }: Relaxation): string {
  const each = changes.map(({ metric, requirement, to }) => `${metric} "${requirement}" becomes ${to}`);
  return `nothing was acceptable for ${scenario}; the smallest change that admits a trial, ${label}: ${each.join(', ')}`;
}
