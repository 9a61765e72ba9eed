import type { Campaign } from '../../campaign/campaign.ts';
import type { Recipe, WeightRecipe } from '../../campaign/recipe.ts';
import { recipeParts } from '../recipe-parts.ts';
import type { PredictedSize, SourceSize } from './prediction.ts';

/** What a model and the grid of its versions add to the store. */
export function predictedSize(
  { candidates }: Pick<Campaign, 'candidates'>,
  model: string,
  size: SourceSize | undefined,
): PredictedSize {
  if (size === undefined) return { model, imported: null, quantized: null, atMost: false };
  const sizes = candidates.map(({ recipe }) => quantizedBytes(recipe, size));
  return {
    model,
    imported: size.bytes,
    quantized: sizes.reduce((sum, bytes) => sum + bytes, 0),
    atMost: size.matrices === undefined,
  };
}

/**
 * Of a version: its matrices as the recipe stores them, of a mix the part that takes most, and the rest (norms, mostly the
 * embedding and head) as they were. Where the matrices are not known, what was not quantized.
 */
export function quantizedBytes(recipe: Recipe, { bytes, matrices }: SourceSize): number {
  if (matrices === undefined || recipe.mix.some((entry) => entry.recipe === 'keep')) return bytes;
  const { linear, embedding, head } = matrices;
  const { options } = recipe;
  const quantized =
    linear + (options['embedding'] === true ? embedding : 0) + (options['head'] === true ? head : 0);
  const bits = Math.max(...recipeParts(recipe).map(storedBits));
  return bytes - (quantized * Math.max(0, 32 - bits)) / 8;
}

/** Bits of one weight of a group with its share of scale (float32) and zero point; those of a whole channel count as none. */
function storedBits({ bits, granularity, symmetric }: WeightRecipe): number {
  if (typeof granularity !== 'object') return bits;
  return bits + (32 + (symmetric ? 0 : bits)) / granularity.group;
}
