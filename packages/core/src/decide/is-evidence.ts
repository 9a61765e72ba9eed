import type { Trial } from '../board/trial.ts';
import type { Campaign } from '../campaign/campaign.ts';
import { evidenceOf } from '../plan/evidence-of.ts';

/** Whether a trial's figure counts: the speed of a simulated one does not. */
export const isEvidence = (
  { simulated }: Pick<Trial, 'simulated'>,
  metric: string,
  { performance }: Pick<Campaign, 'performance'>,
): boolean => !simulated || evidenceOf(metric, performance) !== 'repetitions';
