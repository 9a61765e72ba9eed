import { type Effort, FULL_EFFORT, MOST_REPETITIONS } from '../../board/evidence.ts';
import { LEAST_DOCUMENTS } from '../../board/seen-documents.ts';
import type { Campaign } from '../../campaign/campaign.ts';
import { spendingParts } from '../../decide/look-confidence.ts';

/** No more looks at documents than this: each starts a job. */
const MOST_LOOKS = 7;

/** Repetitions are multiplied by these, in turn, where a verdict on performance stays open. */
const REPETITIONS = [1, 2, MOST_REPETITIONS];

/**
 * How the error is spent. Early looks at documents are there to find out what is not worth more of them, so the last
 * one keeps 98 % of it and asks for little more than the only one would. Further repetitions are the exception: the
 * first look at performance keeps three quarters.
 */
const SPENDING = { documents: 6, repetitions: 0.2 };

/** What a further look adds to. */
export type Evidence = 'documents' | 'repetitions';

/** The looks there may be at a model's trials on a target, with the error that each may spend. */
export interface Schedule {
  documents: { share: number; alpha: number }[];
  repetitions: { times: number; alpha: number }[];
}

/** The looks that a campaign's largest task is worth. */
export function scheduleOf(campaign: Campaign): Schedule {
  const counts = campaign.fidelity.map((check) => (check.kind === 'task' ? (check.documents ?? 1) : 1));
  const halvings = Math.round(Math.log2(Math.max(1, ...counts) / LEAST_DOCUMENTS));
  const looks = campaign.search.race === 'off' ? 1 : Math.min(MOST_LOOKS, Math.max(1, 1 + halvings));
  const shares = Array.from({ length: looks }, (_, i) => 2 ** (i + 1 - looks));
  const times = campaign.search.race === 'off' ? [1] : REPETITIONS;
  const documents = spendingParts(shares, SPENDING.documents);
  const repetitions = spendingParts(
    times.map((each) => each / times.at(-1)!),
    SPENDING.repetitions,
  );
  return {
    documents: shares.map((share, i) => ({ share, alpha: documents[i]! })),
    repetitions: times.map((each, i) => ({ times: each, alpha: repetitions[i]! })),
  };
}

/** The first look, or the one after another with more of some evidence; undefined where there is no more of it. */
export function nextEffort(
  schedule: Schedule,
  before?: { effort: Effort | undefined; more: Evidence },
): Effort | undefined {
  const { effort = FULL_EFFORT, more } = before ?? {};
  const least = {
    share: before === undefined ? 0 : effort.share,
    times: before === undefined ? 0 : effort.repetitions,
  };
  const documents = schedule.documents.find(({ share }) =>
    more === 'documents' ? share > least.share : share >= least.share,
  );
  const repetitions = schedule.repetitions.find(({ times }) =>
    more === 'repetitions' ? times > least.times : times >= least.times,
  );
  if (documents === undefined || repetitions === undefined) return undefined;
  return {
    look: before === undefined ? 1 : effort.look + 1,
    looks: schedule.documents.length + schedule.repetitions.length - 1,
    share: documents.share,
    repetitions: repetitions.times,
    alpha: { documents: documents.alpha, repetitions: repetitions.alpha },
  };
}
