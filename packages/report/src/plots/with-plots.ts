import type { Axis } from '@quantloop/core';
import type { Board, Case, ReportView } from '../view/report-view.ts';
import { casePlot, type CasePlotOptions } from './case-plots.ts';
import type { Plot } from './plot.ts';
import { renderSvg } from './render-svg.ts';

/** More points than this in alternative plots would make the page heavy; their numbers are in the table. */
const ALTERNATIVE_POINTS = 1000;

/** The view with the plots of every case: quality against speed, and quality against size. */
export function withPlots(view: ReportView): ReportView {
  const points = view.boards.reduce(
    (sum, { cases, trials, fidelity }) => sum + 2 * cases.length * trials.length * (fidelity.length - 1),
    0,
  );
  const context = { ids: new Set<string>(), alternatives: points <= ALTERNATIVE_POINTS };
  return {
    ...view,
    boards: view.boards.map((board) => ({
      ...board,
      cases: board.cases.map((each) => ({ ...each, plots: plotsOf(view, board, each, context) })),
    })),
  };
}

function plotsOf(
  view: ReportView,
  board: Board,
  each: Case,
  { ids, alternatives }: { ids: Set<string>; alternatives: boolean },
): Plot[] {
  const { quality } = board;
  if (quality === undefined) return [];
  const size: Axis = { metric: 'model.bytes', higherIsBetter: false };
  const kinds = [
    { kind: each.speed.higherIsBetter ? 'throughput' : 'latency', cost: each.speed },
    { kind: 'size', cost: size },
  ];
  return kinds.flatMap(({ kind, cost }) => {
    const title = `Quality and ${kind}: ${view.nameOf(each)}`;
    const options: Omit<CasePlotOptions, 'quality'> = {
      ...view,
      board,
      case: each,
      title,
      cost,
    };
    const plot = casePlot({ ...options, quality });
    if (plot === undefined) return [];
    const others = alternatives ? board.fidelity.filter(({ metric }) => metric !== quality.metric) : [];
    const id = uniqueId([each.model, each.target, each.scenario.name, kind], ids);
    return {
      id,
      title,
      description: plot.description,
      option: plot.option,
      alternatives: Object.fromEntries(
        others.flatMap((other) => {
          const alternative = casePlot({ ...options, quality: other });
          return alternative === undefined ? [] : [[other.metric, alternative.option]];
        }),
      ),
      svg: renderSvg(id, plot.option),
    };
  });
}

/** A name fit for files and anchors. */
function uniqueId(parts: string[], taken: Set<string>): string {
  const name = parts.join('-').replaceAll(/[^A-Za-z0-9._-]+/g, '_');
  let id = name;
  for (let n = 2; taken.has(id); n += 1) id = `${name}-${n}`;
  taken.add(id);
  return id;
}
