import type { Axis, Scenario, Trial } from '@quantloop/core';
import type { Board, Case, ReportView } from '../view/report-view.ts';

/** A place for a plot: quality against the speed of one case, or against what does not depend on the load. */
export interface PlotPlace {
  /** File name without extension, and the anchor in the page. */
  id: string;
  /** Of the plot; `against` names another cost. */
  title(against?: string): string;
  board: Board;
  /** Whose limits it shows; of several cases the first. */
  case: Case;
  /** Selected in any of its cases. */
  winners: readonly Trial[];
  quality: Axis;
  cost: Axis;
}

const SIZE: Axis = { metric: 'model.bytes', higherIsBetter: false };
const MEMORY: Axis = { metric: 'memory.peak', higherIsBetter: false };

/** The plots of a report in order: of each board those of its cases, then those of size and memory. */
export function plotPlaces(view: ReportView): PlotPlace[] {
  const taken = new Set<string>();
  return view.boards.flatMap((board) => {
    const { quality, cases, model, target } = board;
    if (quality === undefined) return [];
    const place = (kind: string, cost: Axis, of: Case[], scenario?: Scenario): PlotPlace => ({
      id: uniqueId([model, target, ...(scenario === undefined ? [] : [scenario.name]), kind], taken),
      title: (against = kind) =>
        `Quality and ${against}: ${view.nameOf({ model, target, ...(scenario && { scenario }) })}`,
      ...{ board, case: of[0]!, quality, cost },
      winners: of.flatMap(({ winner }) => winner ?? []),
    });
    return [
      ...cases.map((each) =>
        place(each.speed.higherIsBetter ? 'throughput' : 'latency', each.speed, [each], each.scenario),
      ),
      ...[place('size', SIZE, cases), place('memory', MEMORY, cases)],
    ];
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
