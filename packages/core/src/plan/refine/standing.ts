import type { Board } from '../../board/board.ts';
import type { Trial } from '../../board/trial.ts';
import type { Campaign } from '../../campaign/campaign.ts';
import { isQuality } from '../../decide/is-quality.ts';
import type { Verdict } from '../../decide/decision.ts';
import { judge, type Judgement } from '../../decide/judge.ts';

/** A measured trial in the scenario where it comes nearest to acceptance. */
export interface Placed {
  trial: Trial;
  judgement: Judgement;
  /** `model.bytes`. */
  bytes: number;
}

/** The trials of a model on a target, by what stands between them and acceptance. */
export interface Places {
  baseline: Trial | undefined;
  /** Acceptable in some scenario, the smallest first. */
  passing: Placed[];
  /** Small and fast enough, but they lose too much: the nearest to acceptance first. */
  lossy: Placed[];
  /** Too large or too slow, and for all that is known faithful enough: the nearest to acceptance first. */
  costly: Placed[];
}

/** Sorts the rows of a model on a target. Those without a size, or that lack both, are in no place. */
export function placesOf(campaign: Campaign, board: Board, place: { model: string; target: string }): Places {
  const own = board.trials.filter(({ model, target }) => model === place.model && target === place.target);
  const baseline = own.find(({ recipe }) => recipe === null);
  const placed = own
    .filter(({ recipe, status }) => recipe !== null && (status === 'measured' || status === 'stopped'))
    .flatMap((trial): Placed[] => {
      const bytes = trial.metrics['model.bytes']?.value;
      return bytes === undefined ? [] : [{ trial, bytes, judgement: nearest(campaign, trial, baseline) }];
    })
    .sort((a, b) => (a.trial.id < b.trial.id ? -1 : 1));
  const quality = (each: Placed) =>
    obstacles(each).filter(({ metric }) => isQuality(metric, campaign.performance)).length;
  const open = placed.filter(({ judgement }) => judgement.result !== 'pass');
  const near = (a: Placed, b: Placed) => a.judgement.shortfall - b.judgement.shortfall;
  return {
    baseline,
    passing: placed.filter(({ judgement }) => judgement.result === 'pass').sort((a, b) => a.bytes - b.bytes),
    lossy: open.filter((each) => quality(each) > 0 && quality(each) === obstacles(each).length).sort(near),
    costly: open.filter((each) => quality(each) === 0).sort(near),
  };
}

/** What it misses for certain, or else what is open: one given up for its size was not asked for its quality. */
export function obstacles({ judgement: { binding } }: Pick<Placed, 'judgement'>): Verdict[] {
  const missed = binding.filter(({ result }) => result === 'fail');
  return missed.length > 0 ? missed : binding;
}

function nearest(campaign: Campaign, trial: Trial, baseline: Trial | undefined): Judgement {
  const { requirements, performance: scenarios } = campaign;
  return scenarios
    .map((scenario) =>
      judge({ requirements, trial, baseline: baseline?.metrics, scenario, scenarios, unmeasured: 'open' }),
    )
    .reduce((best, each) => (each.shortfall < best.shortfall ? each : best));
}
