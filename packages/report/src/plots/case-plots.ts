import {
  applicable,
  isEvidence,
  limitOf,
  limitsIn,
  frontsOf,
  type Axis,
  type Campaign,
  type Decision,
  type Estimate,
  type Trial,
} from '@quantloop/core';
import { formatInterval, formatMeasurement } from '../view/format.ts';
import type { Board, Case } from '../view/report-view.ts';
import { requirementLeaves } from '../view/requirement-leaves.ts';
import { plotAxis } from './plot-axis.ts';
import { scatterOption } from './scatter-option.ts';
import type { PointRole, Scatter, ScatterLimit, ScatterPoint } from './scatter.ts';
import type { PlotOption } from './plot.ts';

export interface CasePlotOptions {
  campaign: Campaign;
  decision: Decision;
  board: Board;
  case: Case;
  winners: readonly Trial[];
  methods: readonly string[];
  title: string;
  quality: Axis;
  cost: Axis;
  /** Ids of trials that are pointed out. @default none */
  marked?: ReadonlySet<string>;
}

/** Quality against a cost for one case; undefined where no trial has both. */
export function casePlot(
  options: CasePlotOptions,
): { option: PlotOption; description: string; scatter: Scatter } | undefined {
  const { board, methods, title, quality, cost } = options;
  const trials = board.trials.filter(
    (trial) => isFinite(trial, quality.metric) && isFinite(trial, cost.metric),
  );
  if (trials.length === 0) return undefined;
  const evidence = trials.filter((trial) => isEvidence(trial, cost.metric, options.campaign));
  const fronts = frontsOf(evidence);
  const front = new Set(fronts.strict([quality, cost]));
  const near = new Set(fronts.withinNoise([quality, cost]).filter((trial) => !front.has(trial)));
  const standing = (trial: Trial): Standing => (front.has(trial) ? 'on' : near.has(trial) ? 'near' : 'off');
  const points = new Map(trials.map((trial) => [trial, point(trial, standing(trial), options)]));
  const limits = limitsOf(options);
  const shown = [...points.values()];
  const axisOf = (name: 'x' | 'y', { metric, higherIsBetter }: Axis) =>
    plotAxis({
      metric,
      higherIsBetter,
      unit: trials[0]!.metrics[metric]!.unit,
      estimates: shown.map((each) => each[name]),
      gates: limits.filter((limit) => limit.axis === name).map((limit) => limit.value),
    });
  const along = [...front].map((trial) => points.get(trial)!).sort((a, b) => a.x.value - b.x.value);
  const scatter: Scatter = {
    ...{ title, limits, methods },
    x: axisOf('x', cost),
    y: axisOf('y', quality),
    points: shown,
    front: along,
  };
  return {
    scatter,
    option: scatterOption(scatter),
    description: [
      `${title}. On the front: ${labels(along)}.`,
      ...(near.size === 0 ? [] : [`Not told apart from it: ${labels([...near])}.`]),
    ].join(' '),
  };
}

const labels = (of: readonly { label: string }[]) => of.map(({ label }) => label).join(', ');

/** To the front: on it, within its noise, or surely behind it. */
type Standing = 'on' | 'near' | 'off';
const STANDING = {
  on: ['on the front'],
  near: ['within the noise of the front'],
  off: [],
} satisfies Record<Standing, string[]>;

const isFinite = (trial: Trial, metric: string): boolean => Number.isFinite(trial.metrics[metric]?.value);

function point(trial: Trial, standing: Standing, options: CasePlotOptions): ScatterPoint {
  const { methods, quality, cost } = options;
  const { recipe } = trial;
  return {
    label: trial.label,
    method: recipe === null ? -1 : methods.indexOf(recipe.method),
    bits: recipe?.bits ?? null,
    trial: trial.id,
    role: roleOf(trial, standing, options.winners),
    marked: options.marked?.has(trial.id) ?? false,
    simulated: trial.simulated,
    x: estimateOf(trial, cost.metric),
    y: estimateOf(trial, quality.metric),
    tip: [
      trial.label,
      ...[quality.metric, cost.metric].map((metric) => {
        const measurement = trial.metrics[metric]!;
        return `${metric}: ${formatMeasurement(measurement)} ${formatInterval(measurement)}`.trim();
      }),
      ...(trial.simulated ? ['simulated on this target: its speed is not evidence'] : []),
      ...(options.winners.includes(trial) ? ['selected'] : STANDING[standing]),
    ],
  };
}

function roleOf(trial: Trial, standing: Standing, winners: readonly Trial[]): PointRole {
  if (winners.includes(trial)) return 'winner';
  if (trial.recipe === null) return 'baseline';
  return standing === 'off' ? 'dominated' : 'front';
}

function estimateOf(trial: Trial, metric: string): Estimate {
  const { value, low, high } = trial.metrics[metric]!;
  return { value, low: Number.isFinite(low) ? low : value, high: Number.isFinite(high) ? high : value };
}

/** The limits on the two metrics as absolute values, from the verdicts of any judged trial of the case. */
function limitsOf({
  campaign,
  decision,
  board,
  case: { scenario },
  quality,
  cost,
}: CasePlotOptions): ScatterLimit[] {
  const counting = applicable(campaign.requirements, { target: board.target, scenario: scenario.name });
  const leaves = counting === undefined ? [] : requirementLeaves(counting);
  const all = limitsIn(campaign.requirements);
  return leaves.flatMap(({ requirement, mandatory }, index) => {
    const verdict = board.trials
      .map((trial) => decision.verdicts[trial.id]?.[scenario.name]?.[index])
      .find((each) => each !== undefined && each.gate !== null && Number.isFinite(each.gate));
    const axis =
      verdict?.metric === cost.metric ? cost : verdict?.metric === quality.metric ? quality : undefined;
    if (verdict?.gate === null || verdict?.gate === undefined || axis === undefined) return [];
    const { kind } = limitOf(requirement);
    const upwards = ['minSpeedup', 'minRecovery'].includes(kind)
      ? axis.higherIsBetter
      : ['min', 'maxDrop'].includes(kind);
    const atLeast = upwards !== (requirement.not ?? false);
    return {
      axis: axis === cost ? 'x' : 'y',
      value: verdict.gate,
      side: atLeast ? 'at-least' : 'at-most',
      mandatory,
      index: all.indexOf(requirement),
    };
  });
}
