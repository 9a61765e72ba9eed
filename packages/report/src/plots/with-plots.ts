import type { ReportView } from '../view/report-view.ts';
import { casePlot } from './case-plots.ts';
import { curvesOf } from './curves.ts';
import type { Plot } from './plot.ts';
import { plotPlaces, type PlotPlace } from './plot-places.ts';
import { renderSvg } from './render-svg.ts';

/** Pictures are in the page for readers without scripts, up to this many characters in all. */
const INLINE_CHARACTERS = 1_000_000;

/** The view with its plots: of every case against its speed, of every board against size and memory. */
export function withPlots(view: ReportView): ReportView {
  const drawn = plotPlaces(view).flatMap((place) => {
    const plot = drawnAt(view, place);
    return plot === undefined ? [] : [{ place, plot }];
  });
  const curves = curvesOf(view).map((each) => ({ ...each, svg: renderSvg(each.id, each.option) }));
  const all = [...drawn.map(({ plot }) => plot), ...curves];
  const inline = all.reduce((sum, { svg }) => sum + svg.length, 0) <= INLINE_CHARACTERS;
  const of = (wanted: (place: PlotPlace) => boolean) =>
    drawn.filter(({ place }) => wanted(place)).map(({ plot }) => ({ ...plot, inline }));
  return {
    ...view,
    curves: curves.map((each) => ({ ...each, inline })),
    boards: view.boards.map((board) => ({
      ...board,
      plots: of((place) => place.board === board && !board.cases.some(({ speed }) => speed === place.cost)),
      cases: board.cases.map((each) => ({ ...each, plot: of(({ cost }) => cost === each.speed)[0] })),
    })),
  };
}

function drawnAt(view: ReportView, place: PlotPlace): Omit<Plot, 'inline'> | undefined {
  const { id } = place;
  const title = place.title();
  const plot = casePlot({ ...view, ...place, title });
  if (plot === undefined) return undefined;
  const { option, description } = plot;
  return { id, title, option, description, svg: renderSvg(id, option) };
}
