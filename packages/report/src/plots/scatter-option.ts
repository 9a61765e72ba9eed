import { methodColor } from './colors.ts';
import { limitsSeries } from './limits-series.ts';
import type { PlotAxis } from './plot-axis.ts';
import type { PlotOption } from './plot.ts';
import { pointSeries } from './point-series.ts';
import { BASELINE_SYMBOL, shapeOf } from './point-symbols.ts';
import type { Scatter } from './scatter.ts';
import { shownValue } from './shown-value.ts';

/** The scatter plot of a case: points with error bars, front, limits, acceptance region, legend. */
export function scatterOption(scatter: Scatter): PlotOption {
  const { title, x, y, methods, points } = scatter;
  const used = methods
    .map((name, index) => ({ name, index }))
    .filter(({ index }) => points.some((p) => p.method === index));
  const bits = [...new Set(points.flatMap((point) => point.bits ?? []))].sort((a, b) => a - b);
  const shapes = bits.map((n) => ({ name: `${n}-bit`, icon: shapeOf(n) }));
  const baseline = points.filter((point) => point.role === 'baseline');
  return {
    animation: false,
    backgroundColor: 'theme:paper',
    textStyle: { fontFamily: 'Lato, system-ui, sans-serif', color: 'theme:ink' },
    title: {
      text: title,
      left: 12,
      top: 10,
      textStyle: { fontSize: 15, fontWeight: 'bold', color: 'theme:ink' },
    },
    grid: { left: 56, right: 24, top: 134, bottom: 56 },
    legend: [
      legend(36, true, [
        ...(baseline.length > 0 ? [{ name: 'baseline', icon: BASELINE_SYMBOL }] : []),
        ...used.map(({ name }) => ({ name, icon: 'circle' })),
      ]),
      legend(60, false, [
        ...shapes,
        ...(scatter.front.length > 1 ? [{ name: 'front', icon: 'path://M0 4h10v2h-10z' }] : []),
      ]),
    ],
    tooltip: { trigger: 'item', confine: true },
    xAxis: { ...axis(x), nameLocation: 'middle', nameGap: 32 },
    // Above the axis, where a long name has room and is read without turning the head.
    yAxis: {
      ...axis(y),
      nameLocation: 'end',
      // Clear of the baseline's name, which stands right above the frame where quality is whole.
      nameGap: 30,
      nameTextStyle: { align: 'left', color: 'theme:muted', fontSize: 12, padding: [0, 0, 0, -44] },
    },
    series: [
      limitsSeries(scatter),
      frontSeries(scatter),
      ...used.map(({ name, index }) =>
        pointSeries(
          name,
          methodColor(index),
          points.filter((p) => p.method === index),
          scatter,
        ),
      ),
      pointSeries('baseline', 'theme:ink', baseline, scatter),
      // Without data: they only explain the shapes.
      ...shapes.map(({ name, icon }) => ({
        type: 'scatter',
        name,
        symbol: icon,
        data: [],
        itemStyle: { color: 'theme:muted' },
      })),
    ],
  };
}

function legend(top: number, selectable: boolean, data: { name: string; icon?: string }[]): PlotOption {
  return {
    type: 'scroll',
    left: 10,
    right: 10,
    top,
    selectedMode: selectable,
    itemWidth: 11,
    itemHeight: 11,
    itemGap: 14,
    textStyle: { color: 'theme:muted', fontSize: 12 },
    data,
  };
}

function axis({ label, type, min, max }: PlotAxis): PlotOption {
  return {
    type,
    min,
    max,
    name: label,
    nameTextStyle: { color: 'theme:muted', fontSize: 12 },
    axisLabel: { color: 'theme:muted', fontSize: 11, hideOverlap: true },
    axisLine: { show: true, lineStyle: { color: 'theme:muted' } },
    axisTick: { show: false },
    splitLine: { show: true, lineStyle: { color: 'theme:grid' } },
  };
}

function frontSeries({ front, x, y }: Scatter): PlotOption {
  return {
    type: 'line',
    name: 'front',
    z: 2,
    silent: true,
    showSymbol: false,
    lineStyle: { color: 'theme:front', width: 1.6, type: 'solid' },
    itemStyle: { color: 'theme:front' },
    data:
      front.length > 1
        ? front.map((point) => [shownValue(point.x.value, x), shownValue(point.y.value, y)])
        : [],
  };
}
