import type { NightActivities } from '@quantloop/core';
import { storeActivity } from '@quantloop/jobs';

/** What a night needs besides its campaign. Loaded when the first night ends: most workers see none. */
export function nightActivities(options: { storeRoot: string }): NightActivities {
  return {
    compareNight: storeActivity('compareNight', options, async (input, store) => {
      const { compareNight } = await import('./compare-night.ts');
      return compareNight(input, store);
    }),
    announceNight: storeActivity('announceNight', options, async (input) => {
      const { announceNight } = await import('./announce-night.ts');
      return announceNight(input);
    }),
  };
}
