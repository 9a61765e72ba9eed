import type { Recipe, Trial } from '@quantloop/core';
import { formatMeasurement } from '../view/format.ts';
import type { Board, ReportView } from '../view/report-view.ts';
import type { Line, Lines } from './lines-option.ts';
import { plotAxis } from './plot-axis.ts';

interface Knob {
  label: string;
  /** Its value as it is shown; undefined where a recipe has none. */
  of(recipe: Recipe): string | undefined;
  /** All of a recipe but this, in words. */
  rest(recipe: Recipe): string[];
}

const KNOBS: readonly Knob[] = [
  {
    label: 'bits',
    of: ({ bits }) => String(bits),
    rest: (recipe) => [recipe.method, scalesOf(recipe), ...commonOf(recipe)],
  },
  {
    label: 'group size',
    of: ({ granularity }) => (typeof granularity === 'object' ? String(granularity.group) : undefined),
    rest: (recipe) => [recipe.method, `${recipe.bits}-bit`, ...commonOf(recipe)],
  },
  {
    label: 'calibration samples',
    of: ({ calibration }) => (calibration?.samples === undefined ? undefined : String(calibration.samples)),
    rest: ({ calibration: { samples: _, ...others } = {}, ...recipe }) => [
      ...[recipe.method, `${recipe.bits}-bit`, scalesOf(recipe)],
      ...commonOf({ ...recipe, calibration: others }),
    ],
  },
];

const scalesOf = ({ granularity }: Recipe): string =>
  typeof granularity === 'object' ? `group ${granularity.group}` : granularity;

const commonOf = ({ symmetric, exclude, options, mix, calibration = {} }: Recipe): string[] => [
  symmetric ? 'symmetric' : 'asymmetric',
  ...[exclude, options, mix, calibration]
    .map((part) => JSON.stringify(part))
    .filter((part) => part.length > 2),
];

/** What one hyperparameter does to quality: each line connects versions that differ in nothing else. */
export function effectCurves(view: ReportView): Lines[] {
  return view.boards.flatMap((board) => KNOBS.flatMap((knob) => curvesOf(view, board, knob)));
}

function curvesOf(view: ReportView, board: Board, knob: Knob): Lines[] {
  const { quality } = board;
  if (quality === undefined) return [];
  const { metric, higherIsBetter } = quality;
  const trials = board.trials.filter((trial) => Number.isFinite(trial.metrics[metric]?.value));
  const groups = new Map<string, Trial[]>();
  for (const trial of trials) {
    if (trial.recipe === null || knob.of(trial.recipe) === undefined) continue;
    const name = knob.rest(trial.recipe).join(', ');
    groups.set(name, [...(groups.get(name) ?? []), trial]);
  }
  const alike = [...groups].filter(([, own]) => new Set(own.map(({ recipe }) => knob.of(recipe!))).size > 1);
  if (alike.length === 0) return [];
  const shown = alike.flatMap(([, own]) => own.map((trial) => trial.metrics[metric]!));
  const axis = plotAxis({ metric, higherIsBetter, unit: shown[0]!.unit, estimates: shown, gates: [] });
  const lines = alike.map(([name, own]): Line => ({
    name,
    points: own
      .map((trial) => ({
        ...{ x: knob.of(trial.recipe!)!, y: trial.metrics[metric]!.value * axis.factor },
        tip: [trial.label, `${metric}: ${formatMeasurement(trial.metrics[metric])}`],
      }))
      .sort((a, b) => Number(a.x) - Number(b.x)),
  }));
  return [
    {
      title: `Quality by ${knob.label}${view.boards.length > 1 ? `: ${view.nameOf(board)}` : ''}`,
      x: { label: knob.label, type: 'category' },
      y: { label: axis.label },
      lines: lines.sort((a, b) => b.points.length - a.points.length),
    },
  ];
}
