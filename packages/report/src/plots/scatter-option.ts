import type { Estimate } from '@quantloop/core';
import { methodColor } from './colors.ts';
import type { PlotAxis } from './plot-axis.ts';
import type { PlotOption } from './plot.ts';

export type PointRole = 'baseline' | 'winner' | 'front' | 'dominated';

/** A trial as a point; estimates in the metrics' own units. */
export interface ScatterPoint {
  label: string;
  /** Index into the campaign's methods; -1 for the baseline. */
  method: number;
  bits: number | null;
  role: PointRole;
  simulated: boolean;
  x: Estimate;
  y: Estimate;
  /** Lines of the tooltip. */
  tip: string[];
}

/** A limit on one axis. */
export interface ScatterLimit {
  axis: 'x' | 'y';
  value: number;
  side: 'at-least' | 'at-most';
  /** Every acceptable trial meets it; others are alternatives, drawn dashed and not shaded. */
  mandatory: boolean;
}

export interface Scatter {
  title: string;
  x: PlotAxis;
  y: PlotAxis;
  points: ScatterPoint[];
  /** Along the front, in order. */
  front: ScatterPoint[];
  limits: ScatterLimit[];
  methods: readonly string[];
}

/** Bits → shapes that stay apart when printed small. */
const SHAPES: readonly { bits: number; symbol: string }[] = [
  { bits: 2, symbol: 'triangle' },
  { bits: 3, symbol: 'diamond' },
  { bits: 4, symbol: 'circle' },
  { bits: 8, symbol: 'rect' },
];
const OTHER_SHAPE = 'roundRect';
const BASELINE_SYMBOL = 'path://M4 0h2v4h4v2h-4v4h-2v-4h-4v-2h4z';

const shapeOf = (bits: number | null): string =>
  SHAPES.find((shape) => shape.bits === bits)?.symbol ?? OTHER_SHAPE;

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

function pointSeries(
  name: string,
  color: string,
  points: readonly ScatterPoint[],
  { x, y }: Scatter,
): PlotOption {
  return {
    type: 'scatter',
    name,
    z: 3,
    itemStyle: { color },
    emphasis: { disabled: true },
    labelLayout: { hideOverlap: true, moveOverlap: 'shiftY' },
    data: points.map((point) => ({
      name: point.label,
      value: [shown(point.x.value, x), shown(point.y.value, y)],
      tip: point.tip,
      ...mark(point, color, x),
    })),
    markLine: {
      silent: true,
      symbol: ['none', 'none'],
      label: { show: false },
      emphasis: { disabled: true },
      lineStyle: { type: 'solid', width: 1.2, color, opacity: 0.55 },
      data: points.flatMap((point) => errorBars(point, x, y)),
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

/** A value in the axis's unit; seven digits are more than any screen resolves. */
const shown = (value: number, { factor }: PlotAxis): number => Number((value * factor).toPrecision(7));

function errorBars(point: ScatterPoint, x: PlotAxis, y: PlotAxis): PlotOption[][] {
  const px = shown(point.x.value, x);
  const py = shown(point.y.value, y);
  const opacity = point.role === 'dominated' ? 0.22 : 0.6;
  const bar = (from: [number, number], to: [number, number]) => [
    { coord: from, lineStyle: { opacity } },
    { coord: to },
  ];
  const within = (value: number, axis: PlotAxis) =>
    Math.min(axis.max, Math.max(axis.min, shown(value, axis)));
  const bars: PlotOption[][] = [];
  if (point.x.high > point.x.low) {
    bars.push(bar([within(point.x.low, x), py], [within(point.x.high, x), py]));
  }
  if (point.y.high > point.y.low) {
    bars.push(bar([px, within(point.y.low, y)], [px, within(point.y.high, y)]));
  }
  return bars;
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
    data: front.length > 1 ? front.map((point) => [shown(point.x.value, x), shown(point.y.value, y)]) : [],
  };
}

/** The shaded region that meets every limit all must meet, and a line for each limit. */
function limitsSeries({ limits, x, y }: Scatter): PlotOption {
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
