import { withoutScope, type Recipe, type WeightRecipe } from '@quantloop/core';
import type { ScannedWeight, SensitivityScan } from './sensitivity-scan.ts';

/** A model that was quantized by one recipe for all weights alike, and what it takes on disk. */
export interface MeasuredUniform {
  recipe: Recipe;
  bytes: number;
}

/**
 * A scan whose bytes hold what a packed weight takes beside itself: its names, the longer graph, and for 3 bits, which
 * have no kernel, the operators that unpack it, 2.9 kB a weight. What models quantized alike take shows how much, in the
 * mean over the weights; a precision that none was quantized by counts as the others' most.
 *
 * @param unquantized bytes on disk of the model that was scanned
 */
export function withOverheads(
  scan: SensitivityScan,
  measured: readonly MeasuredUniform[],
  unquantized: number,
): SensitivityScan {
  const known = scan.recipes.map(({ recipe }, index) => {
    const uniform = measured.find((each) => isAlike(each.recipe, recipe));
    return uniform && overheadOf(scan, index, uniform, unquantized);
  });
  const most = Math.max(0, ...known.filter((each) => each !== undefined));
  return {
    ...scan,
    weights: scan.weights.map((weight) => ({
      ...weight,
      results: weight.results.map((result, index) =>
        result.kind === 'refused'
          ? result
          : { ...result, bytes: result.bytes + Math.ceil(known[index] ?? most) },
      ),
    })),
  };
}

function isAlike({ exclude: _, mix, ...recipe }: Recipe, scanned: WeightRecipe): boolean {
  const own = withoutScope(recipe);
  return (
    mix.length === 0 &&
    own.bits === scanned.bits &&
    JSON.stringify(own.granularity) === JSON.stringify(scanned.granularity) &&
    own.symmetric === scanned.symmetric
  );
}

/** Bytes a weight, at least none. */
function overheadOf(
  { weights, bytes }: SensitivityScan,
  index: number,
  uniform: MeasuredUniform,
  unquantized: number,
): number {
  const packed = weights.filter((weight) => covers(uniform.recipe, weight));
  const saved = packed.reduce((sum, { results, bytes: source, stays }) => {
    const result = results[index]!;
    return result.kind === 'refused' ? sum : sum + source - result.bytes - (stays ? source : 0);
  }, 0);
  const expected = unquantized - bytes + (bytes - saved);
  return packed.length === 0 ? 0 : Math.max(0, (uniform.bytes - expected) / packed.length);
}

function covers({ options }: Recipe, { role }: ScannedWeight): boolean {
  if (role === 'lm_head') return options['head'] === true;
  return role !== 'embed_tokens' || options['embedding'] === true;
}
