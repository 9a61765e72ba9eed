import {
  headline,
  plotAxes,
  type Axis,
  type Campaign,
  type Decision,
  type NearestMiss,
  type Scenario,
  type Selection,
  type Trial,
} from '@quantloop/core';
import type { ReportInput } from '../report-input.ts';
import type { Curves } from '../plots/curves.ts';
import type { Plot } from '../plots/plot.ts';
import { metricFamily } from './metric-family.ts';
import { winnerFolders } from './winner-folders.ts';

/** One model on one target: the trials that may be compared with each other. */
export interface Board {
  model: string;
  target: string;
  /** Baseline first, then by round and name. Failed ones included. */
  trials: Trial[];
  /** The unquantized model, where it could be measured. */
  baseline: Trial | undefined;
  /** What "quality" means: the first fidelity metric that a requirement limits, else the first measured. */
  quality: Axis | undefined;
  /** Fidelity metrics that were measured, the quality metric first. */
  fidelity: Axis[];
  cases: Case[];
  /** Quality against what does not depend on the load. */
  plots: Plot[];
}

/** A board under one scenario: what a decision is made for. */
export interface Case {
  model: string;
  target: string;
  scenario: Scenario;
  speed: Axis;
  selection: Selection | undefined;
  winner: Trial | undefined;
  /** Where the winner's files lie in the run's folder. */
  winnerFolder: string | undefined;
  misses: NearestMiss[];
  /** Quality against its speed. */
  plot?: Plot | undefined;
}

/** Everything that sections show, put in order once. */
export interface ReportView {
  campaign: Campaign;
  run: string;
  trials: Trial[];
  decision: Decision;
  /** By trial id. */
  answers?: ReportInput['answers'];
  phases: Record<string, number>;
  boards: Board[];
  /** What is drawn over loads, hyperparameters and rounds. */
  curves: (Plot & Pick<Curves, 'kind'>)[];
  /** Methods in the order tried: their colours follow it. */
  methods: string[];
  /** Names a case as briefly as the campaign allows: what is the same everywhere is left out. */
  nameOf(place: { model: string; target: string; scenario?: Scenario | string }): string;
}

/** Arranges a run for reading. `withPlots` adds the plots. */
export function reportView(input: ReportInput): ReportView {
  const { campaign, decision, trials } = input;
  const folders = winnerFolders(decision.selections);
  const boards = campaign.models.flatMap((model) =>
    campaign.targets.map((target) => board(model.id, target.id)),
  );
  return {
    ...input,
    boards,
    curves: [],
    methods: [...new Set(trials.flatMap((trial) => trial.recipe?.method ?? []))],
    nameOf: ({ model, target, scenario }) =>
      [
        typeof scenario === 'object' ? scenario.name : scenario,
        ...(campaign.models.length > 1 ? [model] : []),
        ...(campaign.targets.length > 1 || scenario === undefined ? [target] : []),
      ]
        .filter((part) => part !== undefined)
        .join(' · '),
  };

  function board(model: string, target: string): Board {
    const own = trials
      .filter((trial) => trial.model === model && trial.target === target)
      .sort((a, b) => rank(a) - rank(b) || a.round - b.round);
    const measured = own.filter((trial) => trial.status === 'measured');
    const baseline = measured.find((trial) => trial.recipe === null);
    const quality = plotAxes(campaign, measured)[0]?.[0];
    const here = (entry: { model: string; target: string }) =>
      entry.model === model && entry.target === target;
    return {
      model,
      target,
      trials: own,
      baseline,
      quality,
      fidelity: fidelityAxes(campaign, measured, quality),
      plots: [],
      cases: campaign.performance.map((scenario) => {
        const { name: metric, higherIsBetter } = headline(scenario);
        const mine = (entry: { model: string; target: string; scenario: string }) =>
          here(entry) && entry.scenario === scenario.name;
        const selection = decision.selections.find(mine);
        return {
          model,
          target,
          scenario,
          speed: { metric, higherIsBetter },
          selection,
          winner: own.find((trial) => trial.id === selection?.trial),
          winnerFolder: selection === undefined ? undefined : folders.get(selection),
          misses: decision.nearestMisses.filter(mine),
        };
      }),
    };
  }
}

const rank = (trial: Trial): number => (trial.recipe === null ? 0 : 1);

function fidelityAxes(campaign: Campaign, trials: readonly Trial[], first: Axis | undefined): Axis[] {
  const axes = new Map<string, Axis>(first === undefined ? [] : [[first.metric, first]]);
  for (const trial of trials) {
    for (const [metric, { higherIsBetter }] of Object.entries(trial.metrics)) {
      if (metricFamily(campaign, metric).kind === 'fidelity' && !axes.has(metric)) {
        axes.set(metric, { metric, higherIsBetter });
      }
    }
  }
  return [...axes.values()];
}

/** The unit of a metric, from the first trial that has it. */
export function metricUnit(trials: readonly Trial[], metric: string): string {
  return trials.find((trial) => trial.metrics[metric] !== undefined)?.metrics[metric]?.unit ?? '';
}

/** All plots of a view, in order. */
export const plotsOf = ({ boards, curves }: ReportView): Plot[] => [...scattersOf({ boards }), ...curves];

/** Quality against costs. */
export const scattersOf = ({ boards }: Pick<ReportView, 'boards'>): Plot[] =>
  boards.flatMap(({ cases, plots }) => [...cases.flatMap(({ plot }) => plot ?? []), ...plots]);
