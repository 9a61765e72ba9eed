import type { PlotAxis } from './plot-axis.ts';
import type { PlotOption } from './plot.ts';
import type { Scatter } from './scatter.ts';

/** The shaded region that meets every limit all must meet, and a line for each limit. */
export function limitsSeries({ limits, x, y }: Scatter): PlotOption {
  const must = limits.filter((limit) => limit.mandatory);
  const range = (name: 'x' | 'y', { min, max, factor }: PlotAxis) =>
    must
      .filter((limit) => limit.axis === name)
      .reduce(
        (open, { side, value }) =>
          side === 'at-least'
            ? { ...open, from: Math.max(open.from, value * factor) }
            : { ...open, to: Math.min(open.to, value * factor) },
        { from: min, to: max },
      );
  const across = range('x', x);
  const up = range('y', y);
  const region = must.length > 0 && across.from < across.to && up.from < up.to;
  return {
    type: 'scatter',
    name: 'limits',
    silent: true,
    data: [],
    markArea: {
      silent: true,
      itemStyle: { color: 'theme:accept' },
      data: region
        ? [
            [
              { xAxis: across.from, yAxis: up.from },
              { xAxis: across.to, yAxis: up.to },
            ],
          ]
        : [],
    },
    markLine: {
      silent: true,
      symbol: ['none', 'none'],
      label: { show: false },
      lineStyle: { color: 'theme:limit', width: 1.2 },
      data: limits.map(({ axis: name, value, mandatory }) => ({
        ...(name === 'x' ? { xAxis: value * x.factor } : { yAxis: value * y.factor }),
        lineStyle: { type: mandatory ? 'solid' : 'dashed', opacity: mandatory ? 0.8 : 0.6 },
      })),
    },
  };
}
