import { formatPercent } from '../view/format.ts';
import type { ReportView } from '../view/report-view.ts';
import type { Lines } from './lines-option.ts';

/** How far each front had come after each round; none where there was one round only. */
export function roundCurves({ decision, nameOf }: ReportView): Lines[] {
  const { rounds } = decision;
  if (!rounds.some(({ round }) => round > 1)) return [];
  const names = rounds.map((each) => `${nameOf(each)}: ${each.axes.join(' against ')}`);
  return [
    {
      title: 'How the fronts advanced',
      x: { label: 'round', type: 'category' },
      y: { label: 'area that the front covers, %' },
      lines: [...new Set(names)].map((name) => ({
        name,
        points: rounds
          .filter((_, index) => names[index] === name)
          .map(({ round, hypervolume, trials }) => ({
            ...{ x: String(round), y: hypervolume * 100 },
            tip: [name, `round ${round}: ${formatPercent(hypervolume)}`, `${trials} measured`],
          })),
      })),
    },
  ];
}
