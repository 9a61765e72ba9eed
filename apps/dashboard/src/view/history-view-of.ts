import { formatValue, headline, type Scenario } from '@quantloop/core';
import { methodColor } from '@quantloop/report/colors';
import type { PastRun } from '../campaign-source.ts';
import type { ShownPlot } from './campaign-view.ts';

/** What the runs of a campaign came to: the newest first, and how the selected versions went over time. */
export interface HistoryView {
  runs: { run: string; outcome: string; selected: string[]; events: string[] }[];
  plots: ShownPlot[];
}

export function historyViewOf(runs: readonly PastRun[]): HistoryView {
  const scenarios = new Map(runs.flatMap(({ scenarios }) => scenarios.map((each) => [each.name, each])));
  return {
    runs: runs
      .map(({ run, outcome, selected, events = [] }) => ({
        ...{ run, outcome },
        selected: selected.map(
          ({ model, target, scenario, label }) => `${label} (${model} on ${target}, ${scenario})`,
        ),
        events: events.map(({ because }) => because),
      }))
      .reverse(),
    plots: runs.length < 2 ? [] : [...scenarios.values()].flatMap((scenario) => trend(runs, scenario)),
  };
}

/** The headline metric of what each run selected for a scenario, a line for each model and target. */
function trend(runs: readonly PastRun[], scenario: Scenario): ShownPlot[] {
  const { name: metric } = headline(scenario);
  const points = runs.flatMap(({ run, selected }) =>
    selected.flatMap(({ scenario: of, model, target, label, metrics }) => {
      const measured = metrics[metric];
      return of === scenario.name && measured !== undefined
        ? [{ place: `${model} on ${target}`, run, label, measured }]
        : [];
    }),
  );
  const [first] = points;
  if (first === undefined) return [];
  const places = [...new Set(points.map(({ place }) => place))];
  const { unit } = first.measured;
  return [
    {
      id: `trend-${scenario.name}`,
      title: `Selected for ${scenario.name}, run by run`,
      description:
        `${metric} of the version selected in each run: ` +
        points
          .map(({ run, label, measured }) => `${run} ${label} ${formatValue(measured.value, unit)}`)
          .join(', '),
      option: {
        animation: false,
        textStyle: { color: 'theme:ink' },
        title: {
          text: `Selected for ${scenario.name}, run by run`,
          subtext: metric,
          left: 16,
          top: 10,
          textStyle: { color: 'theme:ink', fontSize: 15 },
          subtextStyle: { color: 'theme:muted' },
        },
        grid: { left: 76, right: 28, top: 76, bottom: 64 },
        legend: { show: places.length > 1, bottom: 4, textStyle: { color: 'theme:ink' } },
        xAxis: {
          type: 'category',
          data: runs.map(({ run }) => run),
          axisLabel: { color: 'theme:muted', hideOverlap: true },
          axisLine: { lineStyle: { color: 'theme:grid' } },
        },
        yAxis: {
          type: 'value',
          name: unit,
          scale: true,
          nameTextStyle: { color: 'theme:muted' },
          axisLabel: { color: 'theme:muted' },
          splitLine: { lineStyle: { color: 'theme:grid' } },
        },
        series: places.map((place, i) => ({
          type: 'line',
          name: place,
          symbolSize: 9,
          itemStyle: { color: methodColor(i) },
          lineStyle: { color: methodColor(i) },
          data: points
            .filter((point) => point.place === place)
            .map(({ run, label, measured: { value, low, high } }) => ({
              value: [run, value],
              tip: [
                run,
                label,
                `${formatValue(value, unit)} (${formatValue(low, unit)} to ${formatValue(high, unit)})`,
              ],
            })),
        })),
      },
    },
  ];
}
