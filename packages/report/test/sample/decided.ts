import { conclude, type Campaign, type Decision, type Trial } from '@quantloop/core';

/** The decision on trials that nobody had a hand in. */
export const decided = (campaign: Campaign, trials: readonly Trial[]): Decision =>
  conclude(campaign, {
    ...{ trials, acts: [], notTried: [], at: 0 },
    ended: 'what is selected is settled after round 1',
  });
