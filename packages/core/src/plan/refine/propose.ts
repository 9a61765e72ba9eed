import type { Board } from '../../board/board.ts';
import type { Campaign } from '../../campaign/campaign.ts';
import type { Recipe } from '../../campaign/recipe.ts';
import type { Proposal, Step } from '../step.ts';
import { mixSizes } from './mix-sizes.ts';
import { obstacles, placesOf, type Placed, type Places } from './standing.ts';
import { suitedProposals } from './suited.ts';

/** Trials around which a round looks, on each model and target. */
const AROUND = 2;

/**
 * What to try next, the most promising first, or the scan of a model that the answer needs. Nothing: no further trial is
 * worth its time.
 *
 * Mixes of precisions come first: they may do at a size what no uniform recipe does. Then recipes one change away from
 * the trials nearest to acceptance, or, where something is accepted, from what is smaller and nearly so. In the second
 * round methods made for a load that the campaign measures, and none of its recipes is made for.
 */
export function propose(campaign: Campaign, board: Board): Proposal[] | Extract<Step, { kind: 'scan' }> {
  const proposals: Proposal[] = [];
  for (const { id: model } of campaign.models) {
    for (const { id: target } of campaign.targets) {
      const places = placesOf(campaign, board, { model, target });
      const sizes = mixSizes(places);
      const scan = board.scans[model];
      if (sizes.length > 0 && scan === undefined && campaign.scan.length > 1) return { kind: 'scan', model };
      const unquantized = places.baseline?.metrics['model.bytes']?.value;
      if (scan != null && unquantized !== undefined) {
        for (const { bytes, why } of sizes) {
          const wish = { kind: 'mix' as const, scan, bytes, unquantized, measured: uniform(places) };
          proposals.push({ model, targets: [target], wish, why });
        }
      }
      proposals.push(...around(places, { model, target }));
    }
    proposals.push(...suitedProposals(campaign, board, model));
  }
  return proposals;
}

/** What recipes for all weights alike take on disk. */
function uniform({ passing, lossy, costly }: Places): { recipe: Recipe; bytes: number }[] {
  return [...passing, ...lossy, ...costly].flatMap(({ trial: { recipe }, bytes }) =>
    recipe === null || recipe.mix.length > 0 ? [] : [{ recipe, bytes }],
  );
}

function around(places: Places, { model, target }: { model: string; target: string }): Proposal[] {
  const { passing, lossy, costly } = places;
  const [winner] = passing;
  const made = (placed: Placed, aim: 'quality' | 'size', why: string): Proposal[] =>
    placed.trial.recipe === null || placed.trial.recipe.mix.length > 0
      ? []
      : [{ model, targets: [target], wish: { kind: 'around', recipe: placed.trial.recipe, aim }, why }];
  const hopes = lossy.filter(({ bytes }) => winner === undefined || bytes < winner.bytes).slice(0, AROUND);
  return [
    ...hopes.flatMap((placed) => made(placed, 'quality', `${placed.trial.label} ${missing(placed)}`)),
    ...(winner === undefined ? costly.slice(0, AROUND) : []).flatMap((placed) =>
      made(placed, 'size', `${placed.trial.label} ${missing(placed)}`),
    ),
    ...(winner === undefined
      ? []
      : made(winner, 'size', `${winner.trial.label} is the smallest that is acceptable`)),
  ];
}

/** How near it comes, in words. */
function missing(placed: Placed): string {
  const metrics = obstacles(placed).map(({ metric, shortfall }) =>
    shortfall > 0 ? `${metric} by ${(100 * shortfall).toFixed(0)} % of the limit` : metric,
  );
  const { result } = placed.judgement;
  return `${result === 'fail' ? 'misses' : 'does not surely meet'} ${metrics.join(', ')}`;
}
