import { expandRecipes, InvalidSpec, type Granularity, type Recipe, type RecipeGrid } from '@quantloop/core';
import { METHOD_FACTS } from '@quantloop/quantize';
import { CliError, EXIT } from '../cli-error.ts';
import { recipeFromFile } from './recipe-from-file.ts';

export interface RecipeFlags {
  /** A file with the whole recipe; excludes all others. */
  recipe?: string;
  method?: string;
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
export async function recipeFromFlags(flags: RecipeFlags): Promise<Recipe> {
  const { recipe, method, bits, exclude, option } = flags;
  if (recipe !== undefined) {
    refuseBeside(flags);
    return (await recipeFromFile(recipe)).recipe;
  }
  if (method === undefined) {
    throw new CliError({
      message: 'There is no recipe.',
      hint: `Give --method (${Object.keys(METHOD_FACTS).join(', ')}) or --recipe with a file.`,
      exitCode: EXIT.invalid,
    });
  }
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

function refuseBeside({ option, ...flags }: RecipeFlags): void {
  const FLAGS = [
    'method',
    'bits',
    'group',
    'channel',
    'tensor',
    'asymmetric',
    'symmetric',
    'exclude',
  ] as const;
  const given = FLAGS.filter((name) => flags[name] !== undefined).map((name) => `--${name}`);
  if (Object.keys(option).length > 0) given.push('--option');
  if (given.length === 0) return;
  throw new CliError({
    message: `--recipe and ${given.join(', ')} exclude each other.`,
    hint: 'Write it into the file.',
    exitCode: EXIT.invalid,
  });
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
