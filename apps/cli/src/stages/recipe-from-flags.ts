import { expandRecipes, InvalidSpec, type Granularity, type Recipe, type RecipeGrid } from '@quantloop/core';
import { METHOD_FACTS } from '@quantloop/quantize';
import { CliError, EXIT } from '../cli-error.ts';

export interface RecipeFlags {
  method: string;
  bits?: number;
  group?: number;
  channel?: true;
  tensor?: true;
  asymmetric?: true;
  symmetric?: true;
  exclude?: string[];
  option: Record<string, string | number | boolean>;
}

/** The recipe that flags describe, checked against what the method can do. */
export function recipeFromFlags(flags: RecipeFlags): Recipe {
  const { method, bits, exclude, option } = flags;
  const granularity = granularityOf(flags);
  const grid: RecipeGrid = {
    method,
    ...(bits === undefined ? {} : { bits }),
    ...(granularity === undefined ? {} : { granularity }),
    ...(flags.symmetric ? { symmetric: true } : flags.asymmetric ? { symmetric: false } : {}),
    ...(exclude === undefined ? {} : { exclude }),
    options: option,
  };
  const { recipes, issues } = expandRecipes([grid], METHOD_FACTS);
  const [only] = recipes;
  if (only !== undefined) return only.recipe;
  throw new InvalidSpec(issues.map(({ path, ...issue }) => ({ ...issue, path: path.slice(3) })));
}

function granularityOf({ group, channel, tensor }: RecipeFlags): Granularity | undefined {
  const given = [
    group === undefined ? undefined : { group },
    channel && 'channel',
    tensor && 'tensor',
  ].filter((each): each is Granularity => each !== undefined);
  if (given.length > 1) {
    throw new CliError({ message: 'Give one of --group, --channel and --tensor.', exitCode: EXIT.invalid });
  }
  return given[0];
}
