import { suggestName, type Campaign, type Trial } from '@quantloop/core';
import { CliError, EXIT } from '../cli-error.ts';

/** A trial of a run by id, or by label where only one has it; or an error that names those there are. */
export function requireTrial(
  { trials, campaign, run }: { trials: readonly Trial[]; campaign: Campaign; run: string },
  name: string,
): Trial {
  const found = trials.filter(({ id, label }) => id === name || label === name);
  if (found.length === 1) return found[0]!;
  const ids = trials.map(({ id }) => id);
  throw new CliError({
    message:
      found.length === 0
        ? `Run ${run} of ${campaign.campaign} has no trial "${name}"`
        : `Run ${run} of ${campaign.campaign} has ${found.length} trials "${name}"`,
    hint:
      found.length === 0
        ? suggestName(name, [...ids, ...trials.map(({ label }) => label)])
        : `Name one of ${found.map(({ id }) => id).join(', ')}.`,
    exitCode: EXIT.invalid,
  });
}
