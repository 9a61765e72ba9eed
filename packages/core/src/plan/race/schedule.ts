import { type Effort, FULL_EFFORT } from '../../board/evidence.ts';
import type { Metrics } from '../../board/measurement.ts';
import type { Campaign } from '../../campaign/campaign.ts';
import { spendingParts } from '../../decide/look-confidence.ts';
import { evidenceOf } from '../evidence-of.ts';

/** Documents of the largest task that the first look sees at least: below, intervals are too wide to settle anything. */
const FIRST_DOCUMENTS = 50;

/** No more looks at documents than this: each costs a start, and halving again saves little. */
const MOST_LOOKS = 4;

/** Repetitions are multiplied by these, in turn, where a verdict on performance stays open. */
const REPETITIONS = [1, 2, 4];

/** What a further look adds to. */
export type Evidence = 'documents' | 'repetitions';

/** The looks there may be at a model's trials on a target, with the error that each may spend. */
export interface Schedule {
  documents: { share: number; alpha: number }[];
  repetitions: { times: number; alpha: number }[];
}

/** The baseline tells how many documents there are; where it could not be measured, everything is seen at once. */
export function scheduleOf(campaign: Campaign, baseline: Metrics | undefined): Schedule {
  const counts = Object.entries(baseline ?? {})
    .filter(([metric]) => evidenceOf(metric, campaign.performance) === 'documents')
    .map(([, { n }]) => n);
  const halvings = Math.floor(Math.log2(Math.max(1, ...counts) / FIRST_DOCUMENTS));
  const looks = campaign.search.race === 'off' ? 1 : Math.min(MOST_LOOKS, Math.max(1, 1 + halvings));
  const shares = Array.from({ length: looks }, (_, i) => 2 ** (i + 1 - looks));
  const times = campaign.search.race === 'off' ? [1] : REPETITIONS;
  const most = times.at(-1)!;
  const documents = spendingParts(shares);
  const repetitions = spendingParts(times.map((each) => each / most));
  return {
    documents: shares.map((share, i) => ({ share, alpha: documents[i]! })),
    repetitions: times.map((each, i) => ({ times: each, alpha: repetitions[i]! })),
  };
}

/** The look after one, with more of some evidence; the first without one. Undefined where there is no more of it. */
export function nextEffort(
  schedule: Schedule,
  before?: { effort: Effort | undefined; more: Evidence },
): Effort | undefined {
  const { documents, repetitions } = schedule;
  const { effort = FULL_EFFORT, more } = before ?? {};
  const share = documents.find(({ share }) =>
    before === undefined ? true : more === 'documents' ? share > effort.share : share >= effort.share,
  );
  const repeated = repetitions.find(({ times }) =>
    before === undefined
      ? true
      : more === 'repetitions'
        ? times > effort.repetitions
        : times >= effort.repetitions,
  );
  if (share === undefined || repeated === undefined) return undefined;
  return {
    look: before === undefined ? 1 : effort.look + 1,
    looks: documents.length + repetitions.length - 1,
    share: share.share,
    repetitions: repeated.times,
    alpha: { documents: share.alpha, repetitions: repeated.alpha },
  };
}
