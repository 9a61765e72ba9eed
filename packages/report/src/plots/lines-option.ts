import { methodColor } from './colors.ts';
import type { PlotOption } from './plot.ts';

export interface Line {
  name: string;
  points: { x: number | string; y: number; tip: string[] }[];
}

export interface Lines {
  title: string;
  x: { label: string; type: 'value' | 'category' };
  y: { label: string };
  lines: readonly Line[];
}

const SYMBOLS = ['circle', 'rect', 'triangle', 'diamond'];

/** Some curves over one axis: colours repeat after six, with another symbol. */
export function linesOption({ title, x, y, lines }: Lines): PlotOption {
  const name = { color: 'theme:muted', fontSize: 12 };
  const axis = {
    ...{
      nameTextStyle: name,
      axisTick: { show: false },
      splitLine: { show: true, lineStyle: { color: 'theme:grid' } },
    },
    axisLabel: { color: 'theme:muted', fontSize: 11, hideOverlap: true },
    axisLine: { show: true, lineStyle: { color: 'theme:muted' } },
  };
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
    grid: { left: 62, right: 24, top: 108, bottom: 56 },
    legend: {
      ...{ type: 'scroll', left: 10, right: 10, top: 36, itemWidth: 16, itemHeight: 9, itemGap: 14 },
      textStyle: { color: 'theme:muted', fontSize: 12 },
      data: lines.map((line) => ({ name: line.name })),
    },
    tooltip: { trigger: 'item', confine: true },
    xAxis: {
      ...axis,
      ...{ type: x.type, name: x.label, nameLocation: 'middle', nameGap: 32 },
      ...(x.type === 'category' ? { data: categories(lines) } : { scale: true }),
    },
    yAxis: {
      ...axis,
      ...{ type: 'value', scale: true, name: y.label, nameLocation: 'end', nameGap: 16 },
      nameTextStyle: { ...name, align: 'left', padding: [0, 0, 0, -50] },
    },
    series: lines.map((line, index) => ({
      ...{ type: 'line', name: line.name, symbolSize: 9, emphasis: { disabled: true } },
      symbol: SYMBOLS[Math.floor(index / 6) % SYMBOLS.length],
      itemStyle: { color: methodColor(index) },
      lineStyle: { color: methodColor(index), width: 1.8 },
      data: line.points.map((point) => ({
        name: line.name,
        value: [typeof point.x === 'number' ? shown(point.x) : point.x, shown(point.y)],
        tip: point.tip,
      })),
    })),
  };
}

const shown = (value: number): number => Number(value.toPrecision(7));

const { compare } = new Intl.Collator('en', { numeric: true });

const categories = (lines: readonly Line[]): string[] =>
  [...new Set(lines.flatMap(({ points }) => points.map(({ x }) => String(x))))].sort(compare);
