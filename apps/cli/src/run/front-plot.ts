import {
  formatValue,
  frontsOf,
  isEvidence,
  plotAxes,
  type Axis,
  type Campaign,
  type Trial,
} from '@quantloop/core';
import colors from 'picocolors';
import { cutLine, lengthOf } from '../output/fit-lines.ts';
import type { BoardLook } from './live-board.ts';

export interface FrontPlotSize {
  /** Columns, all in all. */
  width: number;
  /** Rows of the area where trials lie. */
  height: number;
}

const MARKS = { other: colors.dim('·'), front: colors.green('●'), baseline: colors.yellow('○') };
const LEGEND = `${MARKS.front} front  ${MARKS.other} beaten  ${MARKS.baseline} unquantized`;

/**
 * The board so far in characters: quality, best on top, against the first scenario's headline metric. Empty as long as
 * there is nothing to compare. Of several models and targets, those of the first trial are shown.
 */
export function frontPlot({ campaign, rows }: BoardLook, { width, height }: FrontPlotSize): string[] {
  const [first] = rows;
  const trials = rows.filter(({ model, target }) => model === first?.model && target === first.target);
  const [axes] = plotAxes(campaign, trials);
  if (axes === undefined) return [];
  const [quality, cost] = axes;
  const placed = trials.filter((trial) => [quality, cost].every((axis) => isPlaced(trial, axis, campaign)));
  if (placed.length < 2) return [];
  const front = new Set(frontsOf(placed).withinNoise([quality, cost]));
  const ys = scaleOf(placed, quality, height, !quality.higherIsBetter);
  const xs = scaleOf(placed, cost, width - ys.margin - 3);
  const cells = Array.from({ length: height }, () => Array<string>(xs.size).fill(' '));
  // What matters is drawn last: over what lies in the same place.
  const rank = (trial: Trial) => (trial.recipe === null ? 2 : front.has(trial) ? 1 : 0);
  for (const trial of [...placed].sort((a, b) => rank(a) - rank(b))) {
    const mark = [MARKS.other, MARKS.front, MARKS.baseline][rank(trial)]!;
    cells[height - 1 - ys.at(trial)]![xs.at(trial)] = mark;
  }
  const label = (row: number) =>
    (row === 0 ? ys.top : row === height - 1 ? ys.bottom : '').padStart(ys.margin);
  const pad = ' '.repeat(ys.margin);
  const room = xs.size - xs.bottom.length - xs.top.length - 2;
  const named = cutLine(axisName(cost), room);
  const gap = ' '.repeat(room - lengthOf(named));
  return [
    cutLine(`${pad}  ${axisName(quality)}`, width),
    ...cells.map((row, i) => `${colors.dim(`${label(i)} │`)}${row.join('')}`),
    colors.dim(`${pad} └${'─'.repeat(xs.size)}`),
    `${pad}  ${colors.dim(xs.bottom)} ${named}${gap} ${colors.dim(xs.top)}`,
    cutLine(`${pad}  ${LEGEND}`, width),
  ];
}

const axisName = ({ metric, higherIsBetter }: Axis) =>
  `${colors.bold(metric)} ${colors.dim(higherIsBetter ? '(more is better)' : '(less is better)')}`;

const isPlaced = (trial: Trial, { metric }: Axis, campaign: Campaign) =>
  Number.isFinite(trial.metrics[metric]?.value) && isEvidence(trial, metric, campaign);

interface Scale {
  size: number;
  at(trial: Trial): number;
  /** Labels of its ends, and the columns they take. */
  bottom: string;
  top: string;
  margin: number;
}

function scaleOf(trials: readonly Trial[], { metric }: Axis, size: number, down = false): Scale {
  const values = trials.map((trial) => trial.metrics[metric]!.value);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const unit = trials[0]!.metrics[metric]!.unit;
  const [bottom, top] = (down ? [high, low] : [low, high]).map((value) => formatValue(value, unit)) as [
    string,
    string,
  ];
  return {
    ...{ size, bottom, top, margin: Math.max(bottom.length, top.length) },
    at: (trial) => {
      const share = high === low ? 0.5 : (trial.metrics[metric]!.value - low) / (high - low);
      return Math.round((down ? 1 - share : share) * (size - 1));
    },
  };
}
