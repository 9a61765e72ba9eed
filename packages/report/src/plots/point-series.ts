import type { PlotAxis } from './plot-axis.ts';
import type { PlotOption } from './plot.ts';
import { BASELINE_SYMBOL, shapeOf } from './point-symbols.ts';
import type { Scatter, ScatterPoint } from './scatter.ts';
import { shownValue } from './shown-value.ts';

/** Of more points than this, only those on the front and the baseline have bars: the others would be hidden behind them. */
const BARRED = 200;

/** Trials of one method, or the baseline, with their error bars. */
export function pointSeries(
  name: string,
  color: string,
  points: readonly ScatterPoint[],
  { x, y, points: all }: Scatter,
): PlotOption {
  const bars = all.length <= BARRED;
  return {
    type: 'scatter',
    name,
    z: 3,
    itemStyle: { color },
    emphasis: { disabled: true },
    labelLayout: { hideOverlap: true, moveOverlap: 'shiftY' },
    data: points.map((point) => ({
      name: point.label,
      value: [shownValue(point.x.value, x), shownValue(point.y.value, y)],
      tip: point.tip,
      trial: point.trial,
      ...pointedOut(mark(point, color, x), point, x),
    })),
    markLine: {
      silent: true,
      symbol: ['none', 'none'],
      label: { show: false },
      emphasis: { disabled: true },
      lineStyle: { type: 'solid', width: 1.2, color, opacity: 0.55 },
      data: points
        .filter(({ role }) => bars || role !== 'dominated')
        .flatMap((point) => errorBars(point, x, y)),
    },
  };
}

/** How a point looks by its role: the winner large and ringed, dominated ones faded, simulated ones hollow. */
function mark(point: ScatterPoint, color: string, x: PlotAxis): PlotOption {
  const { role, bits, simulated } = point;
  const hollow = simulated ? { color: 'theme:paper', borderColor: color, borderWidth: 2 } : {};
  if (role === 'baseline') {
    return { symbol: BASELINE_SYMBOL, symbolSize: 14, itemStyle: { opacity: 1 }, label: name(point, x) };
  }
  if (role === 'winner') {
    return {
      symbol: shapeOf(bits),
      symbolSize: 17,
      z: 4,
      itemStyle: { borderColor: 'theme:ink', borderWidth: 2.5, opacity: 1, ...(simulated ? hollow : {}) },
      label: { ...name(point, x), position: 'bottom', fontWeight: 'bold' },
    };
  }
  return {
    symbol: shapeOf(bits),
    symbolSize: role === 'front' ? 12 : 10,
    itemStyle: { opacity: role === 'front' ? 1 : 0.45, ...hollow },
  };
}

/** What the reader points out is ringed, named and never faded. */
function pointedOut(look: PlotOption, point: ScatterPoint, x: PlotAxis): PlotOption {
  if (!point.marked) return look;
  const { itemStyle } = look as { itemStyle: PlotOption };
  return {
    ...look,
    z: 5,
    symbolSize: 18,
    itemStyle: { ...itemStyle, opacity: 1, borderColor: 'theme:marked', borderWidth: 3 },
    label: name(point, x),
  };
}

/** A point's name above it (the winner's below, for it is often as good as the baseline), turned inwards near the edges, with a halo that lifts it off lines. */
function name({ label, x: estimate }: ScatterPoint, { type, factor, min, max }: PlotAxis): PlotOption {
  const place = type === 'log' ? Math.log : (value: number) => value;
  const across = (place(estimate.value * factor) - place(min)) / (place(max) - place(min));
  return {
    show: true,
    // Braces would be read as a template.
    formatter: label.replaceAll('{', '(').replaceAll('}', ')'),
    position: 'top',
    align: across < 0.2 ? 'left' : across > 0.8 ? 'right' : 'center',
    distance: 9,
    fontSize: 12,
    color: 'theme:ink',
    textBorderColor: 'theme:paper',
    textBorderWidth: 3,
  };
}

function errorBars(point: ScatterPoint, x: PlotAxis, y: PlotAxis): PlotOption[][] {
  const px = shownValue(point.x.value, x);
  const py = shownValue(point.y.value, y);
  const opacity = point.role === 'dominated' ? 0.22 : 0.6;
  const bar = (from: [number, number], to: [number, number]) => [
    { coord: from, lineStyle: { opacity } },
    { coord: to },
  ];
  const within = (value: number, axis: PlotAxis) =>
    Math.min(axis.max, Math.max(axis.min, shownValue(value, axis)));
  const bars: PlotOption[][] = [];
  if (point.x.high > point.x.low) {
    bars.push(bar([within(point.x.low, x), py], [within(point.x.high, x), py]));
  }
  if (point.y.high > point.y.low) {
    bars.push(bar([px, within(point.y.low, y)], [px, within(point.y.high, y)]));
  }
  return bars;
}
