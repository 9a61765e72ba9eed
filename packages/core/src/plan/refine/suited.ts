import type { Board } from '../../board/board.ts';
import type { Campaign } from '../../campaign/campaign.ts';
import type { Proposal } from '../step.ts';

const LOADS = {
  synchronous: 'one user waits, where weight-only recipes tend to win',
  asynchronous: 'requests come in batches, where rounding activations too tends to win',
} as const;

/**
 * Methods made for a load that the campaign measures, where none of its recipes is made for it: weight-only recipes for
 * synchronous use, W8A8 for asynchronous use ("Give Me BF16 or Give Me Death?", arXiv 2411.02355). Only where both are
 * asked for, and once.
 */
export function suitedProposals(campaign: Campaign, board: Board, model: string): Proposal[] {
  const loads = new Set(
    campaign.performance.map(({ scenario }) =>
      scenario === 'single-stream' ? 'synchronous' : 'asynchronous',
    ),
  );
  if (board.round !== 1 || loads.size < 2) return [];
  const suited = new Set(campaign.candidates.map(({ suits }) => suits));
  return (['synchronous', 'asynchronous'] as const)
    .filter((load) => !suited.has(load))
    .map((load) => ({
      model,
      targets: campaign.targets.map(({ id }) => id),
      wish: { kind: 'suited', load },
      why: `In one of the scenarios ${LOADS[load]}, and no recipe of the campaign is made for that`,
    }));
}
