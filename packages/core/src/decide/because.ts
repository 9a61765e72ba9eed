import { formatValue } from '../board/format-value.ts';
import type { Metrics } from '../board/measurement.ts';
import type { Trial } from '../board/trial.ts';
import type { Scenario } from '../campaign/scenario.ts';
import { compare } from './observe.ts';
import { unevenLosses, type UnevenLoss } from './recovery.ts';
import type { Preference, PreferenceStep } from './prefer.ts';

export interface BecauseOptions {
  preference: Preference;
  scenario: Scenario;
  baseline: Metrics | undefined;
  /** How many trials met every requirement, of how many measured. */
  acceptable: number;
  measured: number;
}

/** Why the winner was chosen, as a sentence with its numbers; what a mean over tasks hides of it is said behind. */
export function because(options: BecauseOptions): string {
  return [reason(options), ...unevenLosses(options.preference.winner.metrics).map(warning)].join(' ');
}

function warning({ metric, recovery, mean }: UnevenLoss): string {
  const share = (value: number) => formatValue(value, 'fraction');
  const { value, low, high } = recovery;
  return `Beware: of ${metric} it keeps ${share(value)} (${share(low)} to ${share(high)}), where the mean over tasks keeps ${share(mean)}.`;
}

function reason(options: BecauseOptions): string {
  const { preference, scenario, baseline, acceptable, measured } = options;
  const { winner, steps, runnerUp, ties } = preference;
  const met = `${acceptable} of ${measured} measured versions meet every requirement`;
  if (acceptable === 1)
    return `${winner.label} is the only one of ${measured} measured versions that meets every requirement.`;
  const deciding = steps.at(-1);
  const open = steps.slice(0, -1).filter((step) => step.tied.length > 1);
  const undecided = open.map(
    (step) => `${nameOf(step)} leaves ${step.tied.length} of them within the noise (${listed(step.tied)})`,
  );
  const last =
    deciding === undefined
      ? ''
      : ties.length > 0
        ? `no objective tells ${listed([winner, ...ties])} apart, so the first by name is taken`
        : `${winner.label} has the ${deciding.direction} ${deciding.name} (${valuesOf(deciding)})`;
  const against =
    runnerUp !== undefined && ties.length === 0
      ? `, ahead of ${runnerUp.label} (${valuesOf(deciding!, runnerUp.metrics)})`
      : '';
  return `For ${scenario.name}, ${met}; ${[...undecided, last].join('; ')}${against}.`;

  function valuesOf({ metrics }: PreferenceStep, of?: Metrics): string {
    if (metrics.length === 1) return valueOf(metrics[0]!, of);
    return metrics.map((metric) => `${metric} ${valueOf(metric, of)}`).join('; ');
  }

  function valueOf(metric: string, metrics: Metrics = winner.metrics): string {
    const measurement = metrics[metric];
    if (measurement === undefined) return 'not measured';
    const base = baseline?.[metric];
    const value = formatValue(measurement.value, measurement.unit);
    if (base === undefined) return value;
    const { ratio } = compare(measurement, base);
    return `${value}, ${ratio.value.toFixed(2)}× the baseline's`;
  }
}

const nameOf = ({ name, direction }: PreferenceStep): string => (direction === 'best' ? `the ${name}` : name);

/** How many tied trials a sentence names. */
const NAMED = 4;

function listed(tied: readonly Trial[]): string {
  const names = tied.map(({ label }) => label);
  const last = names.length > NAMED ? `${names.length - NAMED} others` : names.pop()!;
  return `${names.slice(0, NAMED).join(', ')} and ${last}`;
}
