import type { Trial } from '../board/trial.ts';
import type { Campaign } from '../campaign/campaign.ts';
import { limitOf, limitsIn, type MetricRequirement, type Requirement } from '../campaign/requirement.ts';
import { applicable } from './applicable.ts';
import type { Verdict } from './decision.ts';
import { judge } from './judge.ts';

/** The least change of the limits that admits a trial. */
export interface Relaxation {
  /** Id. */
  trial: string;
  label: string;
  scenario: string;
  requirements: Requirement;
  changes: { metric: string; requirement: string; from: number; to: number }[];
  /** How far the widest of these limits has to give, as a share of it. */
  shortfall: number;
}

/**
 * The smallest relaxation that admits a trial of these in a scenario: of all trials the one whose widest change is least.
 * Limits move just so far that the trial's interval lies within, rounded outwards to four digits; of alternatives those
 * nearest. A limit on what was not measured cannot be relaxed. Undefined where none can be admitted.
 *
 * @param wanted whether a trial is worth admitting; its metrics count as the baseline's all the same
 */
export function smallestRelaxation(
  campaign: Pick<Campaign, 'requirements' | 'performance'>,
  trials: readonly Trial[],
  scenarioName: string,
  wanted: (trial: Trial) => boolean = () => true,
): Relaxation | undefined {
  const scenario = campaign.performance.find(({ name }) => name === scenarioName)!;
  const baseline = trials.find(({ recipe, status }) => recipe === null && status === 'measured')?.metrics;
  const found = trials
    .filter(({ status, artifact }) => status === 'measured' && artifact !== null)
    .filter(wanted)
    .flatMap((trial) => {
      const { requirements, performance: scenarios } = campaign;
      const { binding, verdicts, result } = judge({ requirements, trial, baseline, scenario, scenarios });
      if (result === 'pass' || binding.some(({ observed }) => observed === null)) return [];
      const counting = applicable(requirements, { target: trial.target, scenario: scenario.name });
      const limits = counting === undefined ? [] : limitsIn(counting);
      const changed = new Map(
        binding.map((verdict) => {
          const limit = limits[verdicts.indexOf(verdict)]!;
          return [limit, { verdict, to: allowing(verdict) }] as const;
        }),
      );
      return [{ trial, changed, shortfall: widest([...changed.values()]) }];
    })
    .sort((a, b) => a.shortfall - b.shortfall || (a.trial.id < b.trial.id ? -1 : 1));
  const [least] = found;
  if (least === undefined) return undefined;
  const { trial, changed, shortfall } = least;
  return {
    trial: trial.id,
    label: trial.label,
    scenario: scenario.name,
    requirements: withLimits(campaign.requirements, changed),
    changes: [...changed.values()].map(({ verdict: { metric, requirement, limit }, to }) => ({
      metric,
      requirement,
      from: limit,
      to,
    })),
    shortfall,
  };
}

interface Change {
  verdict: Verdict;
  to: number;
}

const widest = (changes: readonly Change[]): number =>
  Math.max(
    ...changes.map(({ verdict: { limit }, to }) => Math.abs(to - limit) / Math.max(Math.abs(limit), 1e-9)),
  );

/** The limit that the verdict's whole interval meets. */
function allowing({ observed, direction }: Verdict): number {
  return direction === 'at-most' ? outwards(observed!.high, 1) : outwards(observed!.low, -1);
}

function outwards(value: number, sign: 1 | -1): number {
  if (value === 0) return 0;
  const digits = 3 - Math.floor(Math.log10(Math.abs(value)));
  const limitAt = (step: number) => Number((step / 10 ** digits).toPrecision(12));
  const step = Math.round(value * 10 ** digits);
  // Compared with the limit itself: one of four digits may still lie an ulp inside of a value that shows the same.
  return sign * limitAt(step) >= sign * value ? limitAt(step) : limitAt(step + sign);
}

function withLimits(requirement: Requirement, changed: ReadonlyMap<MetricRequirement, Change>): Requirement {
  if ('all' in requirement) return { all: requirement.all.map((part) => withLimits(part, changed)) };
  if ('any' in requirement) return { any: requirement.any.map((part) => withLimits(part, changed)) };
  const change = changed.get(requirement);
  if (change === undefined) return requirement;
  const { kind, limit } = limitOf(requirement);
  return { ...requirement, [kind]: { ...limit, value: change.to } };
}
