import type { Board } from '../../board/board.ts';
import type { Campaign } from '../../campaign/campaign.ts';
import type { Proposal, Step } from '../step.ts';

/**
 * What to try next, the most promising first, or the scan of a model that the answer needs. Nothing: no further trial
 * is worth its time.
 */
export function propose(_campaign: Campaign, _board: Board): Proposal[] | Extract<Step, { kind: 'scan' }> {
  return [];
}
