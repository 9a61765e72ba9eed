import { expandRecipes, InvalidSpec, parseRecipe, type LabelledRecipe } from '@quantloop/core';
import { METHOD_FACTS } from '@quantloop/quantize';
import { readCampaignText, type CampaignText } from '../campaign/campaign-text.ts';
import { specError } from '../campaign/spec-error.ts';
import { CliError, EXIT } from '../cli-error.ts';

/** The recipe of a YAML or JSON file, written as in a campaign. Its mistakes name line and place. */
export async function recipeFromFile(name: string): Promise<LabelledRecipe> {
  return recipeOf(await readCampaignText(name));
}

/** The same of text that is already there. */
export function recipeOf(text: CampaignText): LabelledRecipe {
  let recipes;
  try {
    const expansion = expandRecipes([parseRecipe(text.value)], METHOD_FACTS);
    const issues = expansion.issues.map((issue) => ({ ...issue, path: issue.path.slice(3) }));
    if (issues.length > 0) throw new InvalidSpec(issues);
    ({ recipes } = expansion);
  } catch (error) {
    throw error instanceof InvalidSpec ? specError(text, error) : error;
  }
  const [only, ...more] = recipes;
  if (only !== undefined && more.length === 0) return only;
  throw new CliError({
    message: `${text.name} makes ${recipes.length} recipes; one was to be named.`,
    hint: 'Write single values for lists, or run a campaign.',
    exitCode: EXIT.invalid,
  });
}
