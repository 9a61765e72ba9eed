import { computed } from '@preact/signals';
import { metricCell, trialColumns, type TrialColumn } from '../../src/tables/trial-columns.ts';
import { metricUnit } from '../../src/view/report-view.ts';
import { state } from '../state/address.ts';
import { view } from '../state/model.ts';

/** The columns that a board has at first. */
export const standardColumns = computed(() => trialColumns(view.value));

/** All there are: those, and one for each further metric. */
export const allColumns = computed(() => {
  const standard = standardColumns.value;
  const shown = new Set([...standard.map(({ id }) => id), view.value.boards[0]?.quality?.metric]);
  const { trials } = view.value;
  const metrics = [...new Set(trials.flatMap((trial) => Object.keys(trial.metrics)))].sort();
  return [
    ...standard,
    ...metrics
      .filter((metric) => !shown.has(metric))
      .map((metric): TrialColumn => ({
        id: metric,
        title: metric,
        note: metricUnit(trials, metric),
        numeric: true,
        cell: (_view, _board, trial) => metricCell(trial, metric),
      })),
  ];
});

/** Those in view; the first one names the trial and always is. */
export const shownColumns = computed(() => {
  const { columns } = state.value;
  if (columns === undefined) return standardColumns.value;
  return allColumns.value.filter(({ id }, index) => index === 0 || columns.includes(id));
});
