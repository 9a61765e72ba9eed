import type { Assessment } from './assess.ts';

/** Of many simulated campaigns, with the bounds they are held to. Shares of campaigns unless said otherwise. */
export interface Summary {
  campaigns: number;
  /** With a selected trial that truly violates a requirement. At most 5 %. */
  wrongSelected: number;
  /** Of the verdicts that pass, those where the truth lies beyond the limit. At most 5 %. */
  wrongPasses: number;
  /** In which every model, target and scenario has the winner of the whole measurement, or one within its noise. At least 95 %. */
  sameWinners: number;
  /** The same without what lies within the noise. */
  identicalWinners: number;
  /** Evaluation of all campaigns together, as a share of measuring everything whole. At most 35 %. */
  cost: number;
  /** The same share of each campaign, in the mean: small ones save less, since baselines are always measured whole. */
  meanCost: number;
  /** Quantization, likewise. */
  quantization: number;
  /** In which nothing is selected. */
  without: number;
  places: { all: number; same: number; tied: number; undecided: number; other: number };
}

export const BOUNDS = { wrongSelected: 0.05, wrongPasses: 0.05, sameWinners: 0.95, cost: 0.35 };

export function summarize(assessments: readonly Assessment[]): Summary {
  const campaigns = assessments.length;
  const sum = (of: (assessment: Assessment) => number) =>
    assessments.reduce((total, each) => total + of(each), 0);
  const share = (of: (assessment: Assessment) => boolean) => assessments.filter(of).length / campaigns;
  return {
    campaigns,
    wrongSelected: share(({ wrongSelected }) => wrongSelected > 0),
    wrongPasses:
      sum(({ wrongPasses }) => wrongPasses) /
      Math.max(
        1,
        sum(({ passes }) => passes),
      ),
    sameWinners: share(({ other }) => other.length === 0),
    identicalWinners: share(({ same, places }) => same === places),
    cost: sum(({ raced }) => raced.evaluation) / sum(({ whole }) => whole.evaluation),
    meanCost: sum(({ raced, whole }) => raced.evaluation / whole.evaluation) / campaigns,
    quantization: sum(({ raced }) => raced.quantization) / sum(({ whole }) => whole.quantization),
    without: share(({ selected }) => selected === 0),
    places: {
      all: sum(({ places }) => places),
      same: sum(({ same }) => same),
      tied: sum(({ tied }) => tied),
      undecided: sum(({ undecided }) => undecided),
      other: sum(({ other }) => other.length),
    },
  };
}

/** The bounds that a summary misses, as sentences. */
export function missed(summary: Summary): string[] {
  const above = (['wrongSelected', 'wrongPasses', 'cost'] as const)
    .filter((key) => summary[key] > BOUNDS[key])
    .map((key) => `${key} is ${percent(summary[key])}, more than ${percent(BOUNDS[key])}`);
  return summary.sameWinners < BOUNDS.sameWinners
    ? [...above, `sameWinners is ${percent(summary.sameWinners)}, less than ${percent(BOUNDS.sameWinners)}`]
    : above;
}

export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
