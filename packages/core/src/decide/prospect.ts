import cdf from '@stdlib/stats-base-dists-normal-cdf';
import { FULL_EFFORT, MOST_REPETITIONS } from '../board/evidence.ts';
import type { Campaign } from '../campaign/campaign.ts';
import type { MetricRequirement, Requirement } from '../campaign/requirement.ts';
import { evidenceOf } from '../plan/evidence-of.ts';
import { applicable } from './applicable.ts';
import { zOf } from './at-confidence.ts';
import type { Verdict } from './decision.ts';
import { judge, type JudgeOptions } from './judge.ts';
import { CONFIDENCE } from './judge-limit.ts';

/** What has less chance than this is not waited for. */
export const HARDLY = 0.03;

export interface ProspectOptions extends JudgeOptions {
  fidelity: Campaign['fidelity'];
}

/**
 * The chance, at most, that a trial will be seen to meet the requirements in a scenario when all documents and
 * repetitions are in, going by what is in now: the conditional power of Lan, Simon and Halperin (Sequential Analysis 1,
 * 1982) under the trend seen, of joint demands the least, of alternatives the sum. What was not measured may always hold.
 */
export function prospect(options: ProspectOptions): number {
  const { requirements, trial, scenario } = options;
  const counting = applicable(requirements, { target: trial.target, scenario: scenario.name });
  return counting === undefined ? 1 : ofTree(counting, options);
}

function ofTree(requirement: Requirement, options: ProspectOptions): number {
  if ('all' in requirement) return Math.min(...requirement.all.map((part) => ofTree(part, options)));
  if ('any' in requirement) {
    const sum = requirement.any.reduce((sum, part) => sum + ofTree(part, options), 0);
    return Math.min(1, sum);
  }
  return ofLimit(requirement, options);
}

function ofLimit(requirement: MetricRequirement, options: ProspectOptions): number {
  const verdict = judge({ ...options, requirements: requirement, unmeasured: 'open' }).verdicts[0]!;
  const { observed, result } = verdict;
  if (result === 'pass') return 1;
  if (observed === null) return result === 'fail' ? 0 : 1;
  const seen = seenPart(verdict.metric, options);
  const asked = requirement.confidence ?? CONFIDENCE;
  return seen === 1 ? 0 : conditionalPower(verdict, observed, { seen, asked });
}

/** Of the evidence there will be. */
function seenPart(metric: string, { trial, scenarios, fidelity }: ProspectOptions): number {
  const effort = trial.effort ?? FULL_EFFORT;
  const evidence = evidenceOf(metric, scenarios);
  if (evidence === 'fixed') return 1;
  if (evidence === 'repetitions') return effort.repetitions / MOST_REPETITIONS;
  const task = fidelity.find((check) => check.kind === 'task' && metric.startsWith(`${check.name}.`));
  const all = task?.kind === 'task' ? task.documents : undefined;
  return all === undefined ? effort.share : Math.min(1, trial.metrics[metric]!.n / all);
}

/** Of the last interval coming to lie on the limit's right side, if what is still to come is like what came. */
function conditionalPower(
  { direction, limit, confidence }: Verdict,
  { value, low, high }: NonNullable<Verdict['observed']>,
  { seen, asked }: { seen: number; asked: number },
): number {
  const [distance, half] =
    direction === 'at-most' ? [limit - value, high - value] : [value - limit, value - low];
  const error = half / zOf(confidence);
  if (error === 0) return distance >= 0 ? 1 : 0;
  const last = zOf(asked) * error * Math.sqrt(seen);
  return cdf((distance - last) / (error * Math.sqrt(1 - seen)), 0, 1);
}
