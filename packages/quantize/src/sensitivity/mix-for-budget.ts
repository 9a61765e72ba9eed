import {
  allocate,
  expandRecipes,
  mixRecipe,
  QuantloopError,
  type AllocationChoice,
  type Recipe,
} from '@quantloop/core';
import { METHOD_FACTS } from '../methods/methods.ts';
import type { ScannedWeight, SensitivityScan } from './sensitivity-scan.ts';

/** What the mix must keep to: bytes of all weights of the model, or the sum of its weights' divergences in nats. */
export type MixBudget = { bytes: number } | { divergence: number };

export interface SolvedMix {
  recipe: Recipe;
  /** Bytes of all weights of the model, those that are not scanned included. */
  bytes: number;
  /** Sum of the weights' divergences: what the mix is predicted to do to the output. */
  divergence: number;
  /** What no mix of the scanned precisions within the budget can be below, in what was minimized. */
  bound: number;
  /** How many weights got each of the scan's recipes, and how many are kept. */
  counts: { label: string; weights: number }[];
}

const KEEP = 'keep';

/**
 * The mix of a scan's precisions, and of leaving weights as they are, that does least to the output within so many
 * bytes, or has the fewest bytes within so much divergence. Divergences of single weights are taken to add up.
 *
 * @throws QuantloopError `invalid-spec` for a budget that no mix meets, or that needs no quantization at all
 */
export function mixForBudget(scan: SensitivityScan, budget: MixBudget): SolvedMix {
  const options = scan.weights.map(optionsOf);
  // What is there whatever is chosen: norms, embeddings, weights that are not scanned.
  const others = scan.bytes - scan.weights.reduce((sum, { bytes }) => sum + bytes, 0);
  const forBytes = 'bytes' in budget;
  const items = options.map((list) =>
    list.map(({ bytes, divergence }): AllocationChoice =>
      forBytes ? { cost: divergence, size: bytes } : { cost: bytes, size: divergence },
    ),
  );
  const found = allocate(items, forBytes ? budget.bytes - others : budget.divergence);
  if (found === undefined) throw tooLittle(options, others, budget);
  const picked = found.picks.map((pick, weight) => options[weight]![pick]!);
  const mixed = mixRecipe(
    scan.weights.map(({ name, role, layer }, weight) => {
      const { recipe } = picked[weight]!;
      return { name, role, layer, recipe: recipe === KEEP ? KEEP : scan.recipes[recipe]!.recipe };
    }),
  );
  if (mixed === undefined) throw nothingToDo(budget);
  // Filled in and checked like any other.
  const { recipe } = expandRecipes([mixed], METHOD_FACTS).recipes[0]!;
  return {
    // Of weights that the scan left alone, those the patterns name would be reached by the recipe as a whole.
    recipe: { ...recipe, exclude: scan.exclude },
    bytes: others + sum(picked.map(({ bytes }) => bytes)),
    divergence: sum(picked.map(({ divergence }) => divergence)),
    bound: forBytes ? found.bound : found.bound + others,
    counts: [
      ...scan.recipes.map(({ label }, index) => ({ label, key: index })),
      { label: KEEP, key: KEEP },
    ].map(({ label, key }) => ({ label, weights: picked.filter(({ recipe: own }) => own === key).length })),
  };
}

interface Option {
  /** Index of the scan's recipe. */
  recipe: number | typeof KEEP;
  bytes: number;
  divergence: number;
}

function optionsOf({ bytes, stays, results }: ScannedWeight): Option[] {
  const packed = results.flatMap((result, recipe): Option[] =>
    result.kind === 'refused'
      ? []
      : [{ recipe, bytes: result.bytes + (stays ? bytes : 0), divergence: result.divergence.value }],
  );
  return [...packed, { recipe: KEEP, bytes, divergence: 0 }];
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

function tooLittle(options: readonly Option[][], others: number, budget: MixBudget): QuantloopError {
  const least = others + sum(options.map((list) => Math.min(...list.map(({ bytes }) => bytes))));
  return new QuantloopError({
    code: 'invalid-spec',
    message:
      'bytes' in budget
        ? `No mix of the scanned precisions takes ${budget.bytes} bytes: the smallest takes ${least}.`
        : `No mix has a divergence of ${budget.divergence}.`,
    hint:
      'bytes' in budget
        ? 'Allow more bytes, or scan a lower precision.'
        : 'The divergence must be at least 0.',
  });
}

function nothingToDo(budget: MixBudget): QuantloopError {
  const limit = 'bytes' in budget ? `${budget.bytes} bytes` : `a divergence of ${budget.divergence} nats`;
  return new QuantloopError({
    code: 'invalid-spec',
    message: `Within ${limit} the best is to quantize nothing.`,
    hint: 'bytes' in budget ? 'Allow fewer bytes.' : 'Allow more divergence, or scan a higher precision.',
  });
}
