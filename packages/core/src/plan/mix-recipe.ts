import type { MixEntry, Recipe, WeightRecipe } from '../campaign/recipe.ts';
import type { Role } from '../campaign/role.ts';
import { withoutScope } from './expand-mix.ts';
import { groupBy } from './group-by.ts';

/** A weight, and what is to be done to it. */
export interface AssignedWeight {
  name: string;
  role: Role | null;
  layer: number | null;
  recipe: WeightRecipe | 'keep';
}

/**
 * One recipe that does to each weight what is assigned: the most frequent as the whole, exceptions as entries by role
 * and layer range where these tell the weights apart, else by name. Undefined when every weight is kept.
 */
export function mixRecipe(weights: readonly AssignedWeight[]): Recipe | undefined {
  const keyOf = ({ recipe }: AssignedWeight) =>
    JSON.stringify(recipe === 'keep' ? recipe : withoutScope(recipe));
  const groups = groupBy(weights, keyOf);
  const recipes = [...groups.values()].map((group) => ({ group, recipe: group[0]!.recipe }));
  const [whole] = recipes
    .filter(({ recipe }) => recipe !== 'keep')
    .sort((a, b) => covered(b.group) - covered(a.group));
  if (whole === undefined || whole.recipe === 'keep') return undefined;
  const unique = uniquePlaces(weights);
  const entries = recipes.flatMap(({ group, recipe }): MixEntry[] => {
    // Whether a whole recipe covers the head is an option of it: an entry says it in any case.
    const named = recipe === whole.recipe ? group.filter(isHead) : group;
    const own = recipe === 'keep' ? recipe : withoutScope(recipe);
    return conditionsOf(named, weights, unique).map((conditions) => ({ ...conditions, recipe: own }));
  });
  return { ...withoutScope(whole.recipe), exclude: [], mix: entries };
}

const isHead = ({ role }: AssignedWeight): boolean => role === 'lm_head' || role === 'embed_tokens';

const covered = (group: readonly AssignedWeight[]): number =>
  group.filter((weight) => !isHead(weight)).length;

const placeOf = ({ role, layer }: AssignedWeight): string => `${role} ${layer}`;

/** Places that tell a weight from all others: one of its role in its layer, or the only one of its role. */
function uniquePlaces(weights: readonly AssignedWeight[]): Set<string> {
  const ofRole = groupBy(weights, ({ role }) => role);
  const groups = groupBy(weights, placeOf);
  const tells = ([one, ...more]: readonly AssignedWeight[]) =>
    more.length === 0 &&
    one !== undefined &&
    one.role !== null &&
    (one.layer !== null || ofRole.get(one.role)!.length === 1);
  return new Set([...groups].filter(([, group]) => tells(group)).map(([place]) => place));
}

type Conditions = Omit<MixEntry, 'recipe'>;

function conditionsOf(
  group: readonly AssignedWeight[],
  all: readonly AssignedWeight[],
  unique: ReadonlySet<string>,
): Conditions[] {
  const placed = group.filter((weight) => unique.has(placeOf(weight)));
  const rest = group.filter((weight) => !unique.has(placeOf(weight)));
  const byRole = [...groupBy(placed, ({ role }) => role!)].map(([role, own]) => ({
    role,
    layers: layersOf(
      own,
      all.filter((weight) => weight.role === role),
    ),
  }));
  const conditions = [...groupBy(byRole, ({ layers }) => layers)].map(([layers, own]): Conditions => ({
    roles: own.map(({ role }) => role),
    ...(layers !== undefined && { layers }),
  }));
  if (rest.length > 0) conditions.push({ tensors: rest.map(({ name }) => escapeGlob(name)) });
  return conditions;
}

/** Their layers as ranges; undefined where they are all there are of the role. */
function layersOf(own: readonly AssignedWeight[], ofRole: readonly AssignedWeight[]): string | undefined {
  if (own.length === ofRole.length) return undefined;
  const layers = own.flatMap(({ layer }) => layer ?? []).sort((a, b) => a - b);
  const ranges: { first: number; last: number }[] = [];
  for (const layer of layers) {
    const open = ranges.at(-1);
    if (open !== undefined && open.last === layer - 1) open.last = layer;
    else ranges.push({ first: layer, last: layer });
  }
  return ranges.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`)).join(',');
}

/** A glob that fits the name and nothing else. Unescaped, a leading "./" would be taken for the folder one is in. */
function escapeGlob(name: string): string {
  return name.replaceAll(/[\\*?[\]{}()!+@|^$]|^\.(?=\/)/g, String.raw`\$&`);
}
