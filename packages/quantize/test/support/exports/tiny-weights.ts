import { normals } from '../random.ts';

/** A decoder small enough to run in a millisecond, with every part of a real one. */
export const TINY = {
  vocabulary: 40,
  hidden: 64,
  layers: 2,
  heads: 4,
  kvHeads: 2,
  headDim: 16,
  middle: 96,
  context: 32,
  epsilon: 1e-5,
  theta: 10000,
} as const;

/** Weights by the names of a Hugging Face checkpoint, linear layers as [outputs, inputs]; `head` only if untied. */
export function tinyWeights(options: {
  tied: boolean;
}): Map<string, { dims: number[]; data: Float32Array<ArrayBuffer> }> {
  const { vocabulary, hidden, layers, heads, kvHeads, headDim, middle } = TINY;
  const weights = new Map<string, { dims: number[]; data: Float32Array<ArrayBuffer> }>();
  const add = (name: string, dims: number[], scale: number, offset = 0) => {
    const count = dims.reduce((product, dim) => product * dim, 1);
    weights.set(name, {
      dims,
      data: normals(count, weights.size + 1).map((value) => scale * value + offset),
    });
  };
  const linear = (name: string, n: number, k: number) => add(`${name}.weight`, [n, k], 2 / Math.sqrt(k));
  add('model.embed_tokens.weight', [vocabulary, hidden], 1);
  for (let layer = 0; layer < layers; layer++) {
    const prefix = `model.layers.${layer}`;
    add(`${prefix}.input_layernorm.weight`, [hidden], 0.1, 1);
    linear(`${prefix}.self_attn.q_proj`, heads * headDim, hidden);
    linear(`${prefix}.self_attn.k_proj`, kvHeads * headDim, hidden);
    linear(`${prefix}.self_attn.v_proj`, kvHeads * headDim, hidden);
    linear(`${prefix}.self_attn.o_proj`, hidden, heads * headDim);
    add(`${prefix}.post_attention_layernorm.weight`, [hidden], 0.1, 1);
    linear(`${prefix}.mlp.gate_proj`, middle, hidden);
    linear(`${prefix}.mlp.up_proj`, middle, hidden);
    linear(`${prefix}.mlp.down_proj`, hidden, middle);
  }
  add('model.norm.weight', [hidden], 0.1, 1);
  if (!options.tied) linear('lm_head', vocabulary, hidden);
  return weights;
}

export type TinyWeights = ReturnType<typeof tinyWeights>;
