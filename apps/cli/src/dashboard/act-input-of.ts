import { candidateOf, limitsIn, Quantity, withLimits, type ActInput, type Campaign } from '@quantloop/core';
import type { ActRequest } from '@quantloop/dashboard';
import { METHOD_FACTS } from '@quantloop/quantize';
import { parseCampaignText } from '../campaign/campaign-text.ts';
import { CliError, EXIT } from '../cli-error.ts';
import { recipeOf } from '../stages/recipe-from-file.ts';

/**
 * What somebody asked for on the page as the campaign takes it. Throws a {@link CliError} where it is miswritten.
 *
 * @param campaign as people have left it
 */
export function actInputOf(request: ActRequest, campaign: Campaign): ActInput {
  switch (request.kind) {
    case 'add-recipe': {
      const { by, kind, recipe } = request;
      const named = recipeOf(parseCampaignText({ name: 'recipe', file: 'recipe', text: recipe }));
      const { suits: _, ...candidate } = candidateOf(named, campaign.targets, METHOD_FACTS);
      return { by, kind, ...candidate };
    }
    case 'relax': {
      const { by, kind, reason, limits } = request;
      if (limits.length !== limitsIn(campaign.requirements).length) {
        throw new CliError({
          message: 'the requirements have been changed in the meantime.',
          hint: 'Look at them as they are now, and say again what you want.',
          exitCode: EXIT.invalid,
        });
      }
      return { by, kind, reason, requirements: withLimits(campaign.requirements, limits.map(quantity)) };
    }
    default:
      return request;
  }
}

function quantity(text: string): Quantity {
  const number = Number(text);
  const parsed = Quantity.safeParse(text.trim() === '' || Number.isNaN(number) ? text : number);
  if (parsed.success) return parsed.data;
  throw new CliError({
    message: parsed.error.issues[0]!.message,
    hint: 'Write it as in a campaign file: 3%, 40 MiB, 12 ms.',
    exitCode: EXIT.invalid,
  });
}
