import type { Trial } from '@quantloop/core';
import { stringify } from 'csv-stringify/sync';
import type { ReportInput } from '../report-input.ts';
import { secondsOf } from '../view/seconds-of.ts';

const number = (value: number | undefined): number | null =>
  value !== undefined && Number.isFinite(value) ? value : null;

/**
 * `trials.csv`: one row a trial; each metric as three columns, its value and the bounds of its 95 % interval, in
 * base units (seconds, bytes, fractions). Cells that a spreadsheet would run as a formula are quoted.
 */
export function trialsCsv(input: Pick<ReportInput, 'trials' | 'decision'>): string {
  const { trials, decision } = input;
  const metrics = [...new Set(trials.flatMap((trial) => Object.keys(trial.metrics)))].sort();
  const scenarios = [
    ...new Set(Object.values(decision.verdicts).flatMap((verdicts) => Object.keys(verdicts))),
  ].sort();
  const selected = (trial: Trial): string =>
    decision.selections
      .filter((selection) => selection.trial === trial.id)
      .map((selection) => selection.scenario)
      .join(' ');
  const header = [
    ...['id', 'model', 'target', 'label', 'method', 'bits', 'granularity', 'symmetric', 'round', 'status'],
    ...[
      'simulated',
      'selected',
      ...scenarios.map((scenario) => `verdict ${scenario}`),
      'failure',
      'seconds',
      'artifact',
    ],
    ...metrics.flatMap((metric) => [metric, `${metric} low`, `${metric} high`]),
  ];
  const rows = trials.map((trial) => {
    const { recipe } = trial;
    const granularity = recipe?.granularity;
    return [
      ...[trial.id, trial.model, trial.target, trial.label, recipe?.method ?? null, recipe?.bits ?? null],
      typeof granularity === 'object' ? `group ${granularity.group}` : (granularity ?? null),
      ...[recipe?.symmetric ?? null, trial.round, trial.status, trial.simulated, selected(trial)],
      ...scenarios.map((scenario) =>
        (decision.verdicts[trial.id]?.[scenario] ?? []).map((verdict) => verdict.result).join(' '),
      ),
      ...[trial.failure?.code ?? null, number(secondsOf(trial)), trial.artifact?.digest ?? null],
      ...metrics.flatMap((metric) => {
        const measurement = trial.metrics[metric];
        return [number(measurement?.value), number(measurement?.low), number(measurement?.high)];
      }),
    ];
  });
  return stringify([header, ...rows], {
    escape_formulas: true,
    cast: { boolean: (value) => String(value) },
  });
}
