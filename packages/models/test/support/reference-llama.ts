import type { TinyConfig, Weights } from './tiny-llama.ts';

type Vector = number[];

/**
 * The Llama forward pass, token by token in double precision, without cache or batch: as plain as the paper.
 * Returns the logits of every position.
 */
export function referenceLogits(config: TinyConfig, weights: Weights, tokens: readonly number[]): Vector[] {
  const row = (name: string, index: number): Vector => {
    const { shape, values } = weights.get(name)!;
    return [...values.subarray(index * shape[1]!, (index + 1) * shape[1]!)];
  };
  const vector = (name: string): Vector => [...weights.get(name)!.values];
  const linear = (name: string, x: Vector): Vector => {
    const bias = weights.get(`${name}.bias`)?.values;
    const outputs = weights.get(`${name}.weight`)!.shape[0]!;
    return Array.from({ length: outputs }, (_, o) => dot(row(`${name}.weight`, o), x) + (bias?.[o] ?? 0));
  };
  const norm = (name: string, x: Vector): Vector => {
    const rms = Math.sqrt(dot(x, x) / x.length + config.rms_norm_eps);
    return vector(`${name}.weight`).map((weight, i) => (weight * x[i]!) / rms);
  };

  const { head_dim: width, num_attention_heads: heads, num_key_value_heads: kvHeads } = config;
  let states = tokens.map((token) => row('model.embed_tokens.weight', token));
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    const prefix = `model.layers.${layer}`;
    const normed = states.map((x) => norm(`${prefix}.input_layernorm`, x));
    const split = (x: Vector, head: number) => x.slice(head * width, (head + 1) * width);
    const queries = normed.map((x) => linear(`${prefix}.self_attn.q_proj`, x));
    const keys = normed.map((x) => linear(`${prefix}.self_attn.k_proj`, x));
    const values = normed.map((x) => linear(`${prefix}.self_attn.v_proj`, x));
    states = states.map((x, position) => {
      const attended = Array.from({ length: heads }, (_, head): Vector => {
        const kvHead = Math.floor(head / (heads / kvHeads));
        const query = rotate(config, split(queries[position]!, head), position);
        const scores = keys
          .slice(0, position + 1)
          .map((key, at) => dot(query, rotate(config, split(key, kvHead), at)) / Math.sqrt(width));
        const weightsOfPast = softmax(scores);
        return Array.from({ length: width }, (_, channel) =>
          weightsOfPast.reduce((sum, weight, at) => sum + weight * split(values[at]!, kvHead)[channel]!, 0),
        );
      }).flat();
      return add(x, linear(`${prefix}.self_attn.o_proj`, attended));
    });
    states = states.map((x) => {
      const inner = norm(`${prefix}.post_attention_layernorm`, x);
      const gate = linear(`${prefix}.mlp.gate_proj`, inner);
      const up = linear(`${prefix}.mlp.up_proj`, inner);
      const product = gate.map((g, i) => (g / (1 + Math.exp(-g))) * up[i]!);
      return add(x, linear(`${prefix}.mlp.down_proj`, product));
    });
  }
  const head = config.tie_word_embeddings ? 'model.embed_tokens' : 'lm_head';
  return states.map((x) => linear(head, norm('model.norm', x)));
}

/** Channel i turns with channel i + width / 2, by position · θ^(−2i / width), scaled as the configuration says. */
function rotate(config: TinyConfig, x: Vector, position: number): Vector {
  const half = x.length / 2;
  return x.map((value, i) => {
    const angle = position * frequency(config, i % half);
    const other = i < half ? -x[i + half]! : x[i - half]!;
    return value * Math.cos(angle) + other * Math.sin(angle);
  });
}

function frequency({ rope_theta, rope_scaling, head_dim }: TinyConfig, pair: number): number {
  const plain = rope_theta ** ((-2 * pair) / head_dim);
  const scaling = rope_scaling as Record<string, number> | null;
  if (scaling === null) return plain;
  const {
    factor,
    low_freq_factor: low,
    high_freq_factor: high,
    original_max_position_embeddings: context,
  } = scaling;
  if (String(scaling['rope_type']) === 'linear') return plain / factor!;
  const turns = (context! * plain) / (2 * Math.PI);
  if (turns > high!) return plain;
  if (turns < low!) return plain / factor!;
  const blend = (turns - low!) / (high! - low!);
  return blend * plain + ((1 - blend) * plain) / factor!;
}

function dot(a: Vector, b: Vector): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}

function add(a: Vector, b: Vector): Vector {
  return a.map((value, i) => value + b[i]!);
}

function softmax(scores: Vector): Vector {
  const highest = Math.max(...scores);
  const exponentials = scores.map((score) => Math.exp(score - highest));
  const sum = exponentials.reduce((a, b) => a + b, 0);
  return exponentials.map((value) => value / sum);
}
